/** Every scenario, in the order in which a host goes through them. */
import type { Scenario } from "../scene.ts";
import { access } from "./access.ts";
import { ansible } from "./ansible.ts";
import { allClosed } from "./all_closed.ts";
import { cost } from "./cost.ts";
import { copyAndRun } from "./copy_and_run.ts";
import { doctorWithGroups, doctorWithoutGroups, hidepid } from "./doctor.ts";
import { dropped } from "./dropped.ts";
import { failures } from "./failures.ts";
import { fortyLogins } from "./forty_logins.ts";
import { formats } from "./formats.ts";
import { install } from "./install.ts";
import { journalPriorities } from "./journal_priorities.ts";
import { LOGINS } from "./logins.ts";
import { picture } from "./field/picture.ts";
import { page } from "./page.ts";
import { prometheus } from "./prometheus.ts";
import { reboot } from "./reboot.ts";
import { purge, remove } from "./remove.ts";
import { secondPort } from "./second_port.ts";
import { systemdSection } from "./systemd_section.ts";
import { textLog } from "./text_log.ts";
import { textfile } from "./textfile.ts";
import { tmuxAndSudo } from "./tmux_and_sudo.ts";
import { upgrade } from "./upgrade.ts";
import { usage } from "./usage.ts";
import { vnc } from "./vnc.ts";
import { withoutLogind } from "./without_logind.ts";

export const SCENARIOS: readonly Scenario[] = [
  copyAndRun,
  install,
  ...LOGINS,
  vnc,
  secondPort,
  tmuxAndSudo,
  failures,
  dropped,
  page,
  prometheus,
  usage,
  cost,
  systemdSection,
  journalPriorities,
  access,
  textfile,
  formats,
  doctorWithGroups,
  doctorWithoutGroups,
  hidepid,
  textLog,
  allClosed,
  reboot,
  upgrade,
  remove,
  purge,
];

/** Those that run only when ONLY names them: they need more than make e2e installs, a fast machine, or a host of their own. */
export const ON_REQUEST: readonly Scenario[] = [ansible, fortyLogins, withoutLogind, picture];

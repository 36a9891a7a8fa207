/** The scenarios of a host with the programs that people come in with, in their order. */
import type { Scenario } from "../../scene.ts";
import { cockpit } from "./cockpit.ts";
import { directoryUsers } from "./directory.ts";
import { escalations } from "./escalations.ts";
import { faillock } from "./faillock.ts";
import { greeter } from "./greeter.ts";
import { installed } from "./installed.ts";
import { leaving } from "./leaving.ts";
import { moshSession } from "./mosh.ts";
import { halfOpen, restartedSshd, socketActivated } from "./sshd.ts";
import { XRDP } from "./xrdp.ts";

export const FIELD_SCENARIOS: readonly Scenario[] = [
  installed,
  restartedSshd,
  socketActivated,
  halfOpen,
  escalations,
  faillock,
  directoryUsers,
  moshSession,
  ...XRDP,
  greeter,
  cockpit,
  leaving,
];

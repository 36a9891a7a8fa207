/** Lines that real programs wrote to a log, scenario by scenario, and what each comes to. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LogRecord } from "../../../src/sources/logs/record.ts";
import { parseSyslogLine } from "../../../src/sources/logs/text/syslog_line.ts";
import { UTC } from "../../../src/sources/posix_zone.ts";
import { outcomesOf, sum } from "./samples.ts";

type Sums = Record<string, number>;
const FOLDER = join(import.meta.dir, "../../fixtures/auth");
const NOW_MS = Date.UTC(2026, 10, 26);

/** The records of each scenario, by what its mark says. */
function readScenarios(file: string): Map<string, LogRecord[]> {
  const bytes = readFileSync(join(FOLDER, file));
  const text = file.endsWith(".zst") ? Buffer.from(Bun.zstdDecompressSync(bytes)) : bytes;
  const scenarios = new Map<string, LogRecord[]>();
  let records: LogRecord[] = [];
  for (const line of text.toString("utf8").split("\n")) {
    const parsed = parseSyslogLine(line, { nowMs: NOW_MS, zone: () => UTC });
    if (parsed === undefined || "kind" in parsed) continue;
    if (parsed.identifier !== "MARK") records.push(parsed);
    else scenarios.set(parsed.message, (records = []));
  }
  return scenarios;
}

const ALL = { bad_credentials: 9, invalid_user: 3, no_credentials: 1, "login password": 1, N: 2 };
/** What is not logged at LogLevel ERROR counts once for a connection; keyboard-interactive is. */
const AT_ERROR = { no_credentials: 2, invalid_user: 1, bad_credentials: 3 };

describe.each<[version: string, atError: Sums]>([
  // Up to 9.4 a broken key exchange is an error.
  ["9.2", { ...AT_ERROR, N: 2 }],
  ["10.0", AT_ERROR],
])("OpenSSH %s at LogLevel", (version, atError) => {
  test.each<[level: string, sums: Sums]>([
    // PAM alone: how many lines an attempt has is PAM's affair, so nothing is counted.
    ["QUIET.log", {}],
    ["FATAL.log", {}],
    ["ERROR.log", atError],
    ["INFO.log", ALL],
    ["VERBOSE.log", ALL],
    ["DEBUG1.log.zst", ALL],
    ["DEBUG2.log.zst", ALL],
    ["DEBUG3.log.zst", ALL],
  ])("%s", (file, sums) => {
    const records = [...readScenarios(`levels-${version}/${file}`).values()].flat();
    // At once, and when all that could still come would have come.
    expect(sum(outcomesOf(records))).toEqual(sums);
    expect(sum(outcomesOf(records, 700_000))).toEqual(sums);
  });
});

const REFUSALS: Record<string, Sums> = {
  "TCP wrappers": { D: 1 },
  PerSourceMaxStartups: { D: 1, N: 1 },
  "PermitRootLogin no": { bad_credentials: 1 },
  DenyUsers: { invalid_user: 1 },
  locked: { bad_credentials: 1 },
  expired: { bad_credentials: 1 },
  "a login's end": { "login password": 1 },
};
const REFUSALS_BY_VERSION: Record<string, Record<string, Sums>> = {
  // The second drop comes in a sum, minutes later. LoginGraceTime is silent here.
  "9.2": { MaxStartups: { D: 1, N: 1 }, LoginGraceTime: {} },
  "10.0": {
    MaxStartups: { D: 2, N: 1 },
    LoginGraceTime: { N: 1 },
    // Not yet in force for the second one.
    penalties: { no_credentials: 2 },
  },
};

describe.each(Object.keys(REFUSALS_BY_VERSION))("OpenSSH %s refuses:", (version) => {
  const scenarios = readScenarios(`refusals-${version}.log`);
  test.each(Object.entries({ ...REFUSALS, ...REFUSALS_BY_VERSION[version] }))(
    "%s",
    (name, sums) => {
      expect(sum(outcomesOf(scenarios.get(name)!, 700_000))).toEqual(sums);
    },
  );
});

const RAN = { "sudo success": 1 };
const REFUSED = { "sudo failure": 1 };
/** What was done, and what it is. */
const SUDO: Record<string, Sums> = {
  run: RAN,
  "run nopasswd": RAN,
  list: {},
  "list command": {},
  validate: {},
  "list refused": {},
  "wrong x3": REFUSED,
  "wrong x1": REFUSED,
  "wrong then right": RAN,
  "wrong, list": {},
  "wrong, validate": {},
  "no input allowed": REFUSED,
  "not in sudoers": REFUSED,
  "not in sudoers, wrong": REFUSED,
  "not allowed": REFUSED,
  "list not allowed": {},
  "unknown target": REFUSED,
  edit: RAN,
  "fields in arguments": { "sudo success": 3 },
  long: RAN,
  "chdir refused": REFUSED,
  "env refused": REFUSED,
  "preserve env refused": REFUSED,
  "exit status": { "sudo success": 3 },
  syslog_pid: RAN,
  "no tty": REFUSED,
  authfail_message: REFUSED,
  "json run": RAN,
  "json list": {},
  "json wrong": REFUSED,
  "json not allowed": REFUSED,
  "json exit": RAN,
  log_host: RAN,
  "no tries": {},
  expired: REFUSED,
  "must change": REFUSED,
  "password locked": REFUSED,
  "account module": REFUSED,
  "account module, nopasswd": REFUSED,
  // pam_deny in a session: sudo takes PAM_SESSION_ERR for no reason not to run.
  "session module": RAN,
  "no PAM service": REFUSED,
  "invalid sudoers": RAN,
  su: { "su success": 1 },
  "su wrong": { "su failure": 1 },
  "su root to": {},
  "su expired target": { "su failure": 1 },
  "su unknown": {},
  runuser: {},
};

/** Of Debian 13 alone. sudo-rs says nothing of a run that its rules forbid. */
const RUST: Record<string, Sums> = {
  "busybox su wrong": { "su failure": 1 },
  "rs run": RAN,
  "rs run nopasswd": RAN,
  "rs list": {},
  "rs validate": {},
  "rs wrong x3": REFUSED,
  "rs wrong then right": RAN,
  "rs not in sudoers": {},
  "rs not allowed": {},
  "rs no input": {},
  "rs login shell": RAN,
  "rs long": RAN,
  "rs expired": REFUSED,
};

describe.each([
  ["1.9.13 and util-linux 2.38's su", "sudo-1.9.13.log", SUDO],
  [
    "1.9.16, util-linux 2.41's su, BusyBox 1.37's, sudo-rs 0.2.5",
    "sudo-1.9.16.log",
    { ...SUDO, ...RUST },
  ],
])("sudo %s:", (_, file, expected) => {
  const scenarios = readScenarios(file);
  test.each(Object.entries(expected))("%s", (name, sums) => {
    // Another run before tells which sudo this is, as on a host that was up for a while.
    const before = scenarios.get(name.startsWith("rs ") ? "rs run" : "run")!;
    const own = sum(outcomesOf([...before, ...scenarios.get(name)!], 700_000));
    own["sudo success"] = (own["sudo success"] ?? 0) - 1;
    if (own["sudo success"] === 0) delete own["sudo success"];
    expect(own).toEqual(sums);
  });
});

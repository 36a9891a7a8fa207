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

describe("OpenSSH 9.2 at LogLevel", () => {
  const all = { bad_credentials: 9, invalid_user: 3, no_credentials: 1, "login password": 1, N: 2 };
  test.each<[level: string, sums: Sums]>([
    // PAM alone: how many lines an attempt has is PAM's affair, so nothing is counted.
    ["QUIET.log", {}],
    ["FATAL.log", {}],
    // One for each connection whose attempts are not logged, at once; keyboard-interactive's are.
    ["ERROR.log", { no_credentials: 2, invalid_user: 1, bad_credentials: 3, N: 2 }],
    ["INFO.log", all],
    ["VERBOSE.log", all],
    ["DEBUG1.log.zst", all],
    ["DEBUG2.log.zst", all],
    ["DEBUG3.log.zst", all],
  ])("%s", (file, sums) => {
    const records = [...readScenarios(`levels-9.2/${file}`).values()].flat();
    expect(sum(outcomesOf(records))).toEqual(sums);
    expect(sum(outcomesOf(records, 700_000))).toEqual(sums);
  });
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

describe("sudo 1.9.13 and util-linux 2.38's su", () => {
  const scenarios = readScenarios("sudo-1.9.13.log");
  test.each(Object.entries(SUDO))("%s", (name, sums) => {
    expect(scenarios.has(name)).toBeTrue();
    // Another run before tells which sudo this is, as on a host that was up for a while.
    const before = scenarios.get("run")!;
    const own = sum(outcomesOf([...before, ...scenarios.get(name)!], 700_000));
    own["sudo success"] = (own["sudo success"] ?? 0) - 1;
    if (own["sudo success"] === 0) delete own["sudo success"];
    expect(own).toEqual(sums);
  });
});

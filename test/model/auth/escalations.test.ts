import { describe, expect, test } from "bun:test";
import { Attempts } from "../../../src/model/auth/attempts.ts";
import { NO_FACTS } from "../../../src/model/auth/host_facts.ts";
import type { Outcome } from "../../../src/model/auth/outcome.ts";
import type { LogRecord } from "../../../src/sources/logs/record.ts";
import { lines, outcomesOf, sum } from "./samples.ts";

const WRONG =
  "pam_unix(sudo:auth): authentication failure; logname= uid=1001 euid=0 tty=/dev/pts/1 ruser=bob rhost=  user=bob";
const RUST = "bob : TTY=/dev/pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id";
const CLASSIC = "     bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id";

function sudo(...messages: string[]): LogRecord[] {
  return lines("sudo", undefined, messages);
}

function later(records: LogRecord[], ms: number): LogRecord[] {
  return records.map((record) => ({ ...record, timeMs: record.timeMs + ms }));
}

describe("sudo-rs", () => {
  test.each<[name: string, records: LogRecord[], sums: Record<string, number>]>([
    ["a run", sudo(RUST), { "sudo success": 1 }],
    ["a wrong password, then the right one", sudo(WRONG, RUST), { "sudo success": 1 }],
    ["wrong passwords only", sudo(RUST, WRONG), { "sudo success": 1, "sudo failure": 1 }],
    [
      "two runs with wrong passwords only",
      sudo(RUST, WRONG, WRONG),
      { "sudo success": 1, "sudo failure": 2 },
    ],
    [
      "wrong passwords, and a run ten minutes later",
      [...sudo(RUST, WRONG), ...later(sudo(RUST), 600_000)],
      { "sudo success": 2, "sudo failure": 1 },
    ],
    ["nothing logged but the wrong password", sudo(WRONG), { "sudo failure": 1 }],
  ])("%s", (_, records, sums) => {
    expect(sum(outcomesOf(records, 700_000))).toEqual(sums);
  });

  test("a failure is decided when the password prompt is over", () => {
    expect(sum(outcomesOf(sudo(WRONG), 300_000))).toEqual({});
    expect(outcomesOf(sudo(WRONG), 300_001)).toEqual([
      { kind: "escalation", method: "sudo", user: "bob", success: false, count: 1 },
    ]);
  });
});

test("classic sudo's own line is the one that counts", () => {
  const records = [...sudo(CLASSIC, WRONG), ...later(sudo(WRONG), 600_000)];
  expect(sum(outcomesOf(records, 1_400_000))).toEqual({ "sudo success": 1 });
});

describe("a folder that is called like a question, and so long that sudo cuts the line in it", () => {
  // As sudo 1.9.13 logs it.
  const CUT_IN_FOLDER = (reason: string) => [
    `     bob : ${reason}PWD=/home/bob/d COMMAND=list`,
    "     bob : (command continued) aaaa/bbbb ; USER=root ; COMMAND=/bin/sh",
  ];
  test.each([undefined, 7])("hides no run, with the pid %p", (pid) => {
    const records = lines("sudo", pid, [
      ...CUT_IN_FOLDER(""),
      ...CUT_IN_FOLDER("command not allowed ; "),
      "     bob : PWD=/ ; USER=root ; COMMAND=list",
      ...CUT_IN_FOLDER(""),
    ]);
    expect(sum(outcomesOf(records))).toEqual({ "sudo success": 2, "sudo failure": 1 });
  });

  test("hides none of two at a time", () => {
    const [first, second] = [7, 8].map((pid) => lines("sudo", pid, CUT_IN_FOLDER("")));
    const records = [first![0]!, second![0]!, first![1]!, second![1]!];
    expect(sum(outcomesOf(records))).toEqual({ "sudo success": 2 });
  });

  test("and a question before a long run count once", () => {
    const records = sudo(
      "     bob : PWD=/ ; USER=root ; COMMAND=list",
      `${CLASSIC} ${"x".repeat(900)}`,
      "     bob : (command continued) xxx",
    );
    expect(sum(outcomesOf(records))).toEqual({ "sudo success": 1 });
  });
});

test("root is no one to become somebody else", () => {
  const records = [
    ...sudo("    root : TTY=pts/0 ; PWD=/ ; USER=bin ; COMMAND=/usr/bin/id"),
    ...lines("su", 5, ["(to nobody) root on none"]),
  ];
  expect(outcomesOf(records, 700_000)).toEqual([]);
});

test("rsyslog's repeats of a line without a pid are runs of their own", () => {
  const [record] = sudo(CLASSIC);
  expect(sum(outcomesOf([{ ...record!, copies: 3 }]))).toEqual({ "sudo success": 3 });
});

test("however many callers give wrong passwords, each counts once", () => {
  const records = Array.from(
    { length: 300 },
    (_, i) => sudo(WRONG.replaceAll("bob", `user${i}`))[0]!,
  );
  expect(sum(outcomesOf(records))).toEqual({ "sudo failure": 300 - 256 });
  expect(sum(outcomesOf(records, 700_000))).toEqual({ "sudo failure": 300 });
});

describe("the end of a run", () => {
  const END = `${CLASSIC} ; EXIT=0`;
  const CUT = [`${CLASSIC} ${"x".repeat(900)}`, "     bob : (command continued) xxx"];
  const CUT_END = [CUT[0]!, `${CUT[1]} ; EXIT=0`];
  test.each<[name: string, records: LogRecord[], sums: Record<string, number>]>([
    ["is no run", sudo(CLASSIC, END), { "sudo success": 1 }],
    ["of each of two equal runs", sudo(CLASSIC, CLASSIC, END, END), { "sudo success": 2 }],
    ["as an argument, without such a run before, is a run", sudo(END), { "sudo success": 1 }],
    ["as an argument, twice", sudo(END, END), { "sudo success": 2 }],
    [
      "whose line is cut, of one process",
      lines("sudo", 7, [...CUT, ...CUT_END, ...CUT]),
      { "sudo success": 2 },
    ],
    [
      "whose line is cut, without a pid",
      sudo(...CUT, ...CUT_END, ...CUT, ...CUT, ...CUT_END, ...CUT_END),
      { "sudo success": 3 },
    ],
    [
      "whose line is cut, without a pid, and another caller's line between its pieces",
      sudo(...CUT, CUT_END[0]!, CLASSIC.replace("bob", "eve"), CUT_END[1]!),
      { "sudo success": 2 },
    ],
    ["of no run whose line is cut", sudo(...CUT, ...CUT, ...CUT), { "sudo success": 3 }],
    ["of a cut line without a run before it", sudo(...CUT_END), { "sudo success": 1 }],
    [
      "is another process's",
      [...lines("sudo", 7, [CLASSIC]), ...lines("sudo", 8, [END])],
      { "sudo success": 2 },
    ],
  ])("%s", (_, records, sums) => {
    expect(sum(outcomesOf(records, 700_000))).toEqual(sums);
  });
});

describe("su", () => {
  test.each<[name: string, records: LogRecord[], sums: Record<string, number>]>([
    [
      "of shadow says a run twice",
      lines("su", 7, [
        "Successful su for root by al",
        "+ pts/1 al:root",
        "FAILED su for root by al",
        "- pts/1 al:root",
      ]),
      { "su success": 1, "su failure": 1 },
    ],
    [
      "of BusyBox says it once",
      lines("su", undefined, ["+ pts/1 al:root", "- pts/1 al:root"]),
      { "su success": 1, "su failure": 1 },
    ],
    [
      "of shadow, two processes at a time",
      [...lines("su", 7, ["Successful su for root by al"]), ...lines("su", 8, ["+ pts/1 al:root"])],
      { "su success": 2 },
    ],
  ])("%s", (_, records, sums) => {
    expect(sum(outcomesOf(records))).toEqual(sums);
  });
});

describe("a restart of the exporter", () => {
  const RUNS = {
    "a wrong password of sudo-rs, then the right one": sudo(RUST, WRONG, RUST),
    "wrong passwords of sudo-rs, which a later run does not make good": [
      ...sudo(RUST, WRONG, WRONG),
      ...later(sudo(RUST), 600_000),
    ],
    "PAM's line beside classic sudo's own": sudo(CLASSIC, WRONG, WRONG),
    "a classic sudo that takes the place of sudo-rs": sudo(RUST, WRONG, CLASSIC, WRONG),
    "two equal runs and their ends": sudo(
      CLASSIC,
      CLASSIC,
      `${CLASSIC} ; EXIT=0`,
      `${CLASSIC} ; EXIT=0`,
      `${CLASSIC} ; EXIT=0`,
    ),
    "the two lines of shadow's su": lines("su", 7, [
      "Successful su for root by al",
      "+ pts/1 al:root",
      "FAILED su for root by al",
      "- pts/1 al:root",
    ]),
  } satisfies Record<string, LogRecord[]>;

  /** What the records come to when the exporter is restarted before the one with this index. */
  function withRestart(records: LogRecord[], at: number): Record<string, number> {
    let attempts = new Attempts();
    const outcomes: Outcome[] = [];
    const emit = (outcome: Outcome) => outcomes.push(outcome);
    for (let i = 0; i <= records.length; i++) {
      if (i === at) attempts = Attempts.from(JSON.parse(JSON.stringify(attempts)));
      if (i < records.length) attempts.take(records[i]!, emit);
    }
    const { timeMs } = records.at(-1)!;
    attempts.settle(timeMs, emit);
    attempts.settle(timeMs + 700_000, emit);
    return sum(outcomes);
  }

  test.each(Object.entries(RUNS))("amid %s changes nothing", (_, records) => {
    const whole = withRestart(records, -1);
    expect(Object.keys(whole)).not.toEqual([]);
    for (let at = 0; at <= records.length; at++) {
      expect({ at, sums: withRestart(records, at) }).toEqual({ at, sums: whole });
    }
  });
});

test("whoever has uid 0 is root, by any name", () => {
  const attempts = new Attempts({
    ...NO_FACTS,
    isRoot: (name) => name === "root" || name === "toor",
  });
  const outcomes: Outcome[] = [];
  const records = [
    ...lines("su", 5, ["(to alice) toor on none"]),
    ...sudo(CLASSIC.replace("bob", "toor")),
    ...lines("sshd", 7, ["Accepted publickey for toor from 192.0.2.1 port 4000 ssh2"]),
  ];
  for (const record of records) attempts.take(record, (outcome) => outcomes.push(outcome));
  expect(outcomes).toEqual([{ kind: "login", method: "publickey", user: "toor", root: true }]);
});

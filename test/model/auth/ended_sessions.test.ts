/** Login sessions that ended, by the entries of real hosts and by hand. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Attempts } from "../../../src/model/auth/attempts.ts";
import { type HostFacts, NO_FACTS } from "../../../src/model/auth/host_facts.ts";
import type { LogRecord } from "../../../src/sources/logs/record.ts";
import { parseSession } from "../../../src/sources/logins/logind.ts";

const FIXTURES = join(import.meta.dir, "../../fixtures/auth");

/** The entries of a booted host, as the reader of journals gives them. */
function realRecords(version: string): LogRecord[] {
  const lines = readFileSync(join(FIXTURES, `logind-${version}.jsonl`), "utf8").trimEnd();
  return lines.split("\n").map((text) => {
    const entry = JSON.parse(text) as Record<string, string>;
    const record: LogRecord = {
      timeMs: Math.floor(Number(entry["__REALTIME_TIMESTAMP"]) / 1000),
      identifier: entry["SYSLOG_IDENTIFIER"]!,
      pid: Number(entry["_PID"]),
      message: entry["MESSAGE"]!,
      copies: 1,
    };
    if (record.identifier !== "systemd-logind") return record;
    const { MESSAGE_ID: messageId, SESSION_ID: sessionId, LEADER: leader, CLASS: name } = entry;
    const monotonicUs = Number(entry["__MONOTONIC_TIMESTAMP"]);
    const bootId = entry["_BOOT_ID"]!;
    record.logind = { messageId, sessionId, leader, class: name, bootId, monotonicUs };
    return record;
  });
}

const BOOT = "b".repeat(32);
const START = "8d45620c1a4348dbb17410da57c60c66";
const STOP = "3354939424b4456d9802ca8333ed424a";

/** An entry of logind's, so many seconds after the boot. */
function logind(
  seconds: number,
  sessionId: string,
  what: "start" | "logged out" | "removed",
  own: { leader?: number; class?: string; bootId?: string } = {},
): LogRecord {
  return {
    timeMs: 1_000_000 + seconds * 1000,
    identifier: "systemd-logind",
    pid: 41,
    message:
      what === "logged out"
        ? `Session ${sessionId} logged out. Waiting for processes to exit.`
        : "",
    copies: 1,
    logind: {
      messageId: { start: START, "logged out": undefined, removed: STOP }[what],
      sessionId,
      leader: `${own.leader ?? 100}`,
      class: own.class,
      bootId: own.bootId ?? BOOT,
      monotonicUs: seconds * 1e6,
    },
  };
}

function line(seconds: number, identifier: string, pid: number, message: string): LogRecord {
  return { timeMs: 1_000_000 + seconds * 1000, identifier, pid, message, copies: 1 };
}

const accepted = (seconds: number, pid: number) =>
  line(seconds, "sshd-session", pid, "Accepted publickey for al from 192.0.2.1 port 50 ssh2");
const pam = (seconds: number, pid: number, what: "opened" | "closed") =>
  line(seconds, "sshd-session", pid, `pam_unix(sshd:session): session ${what} for user al`);

/** How long the sessions lasted that ended, in seconds. */
function durationsOf(
  records: LogRecord[],
  host: HostFacts = NO_FACTS,
  attempts = new Attempts(host),
): number[] {
  const seconds: number[] = [];
  for (const record of records) {
    attempts.take(record, (outcome) => {
      if (outcome.kind === "session_ended") seconds.push(outcome.seconds);
    });
  }
  return seconds;
}

const restarted = (attempts: Attempts, host = NO_FACTS) =>
  Attempts.from(JSON.parse(JSON.stringify(attempts)), host);

/** By hand, from the two entries of each session. */
const REAL: Record<string, number[]> = {
  252: [191_299, 107_688, 105_933, 2_318_017, 1_176_206, 172_005],
  257: [176_082, 2_363_643, 1_211_766, 184_693, 322_498, 529, 50_417, 2_176_989, 1_282_581],
  262: [687_642, 75_893, 51_994, 2_713_133, 1_616_904, 816_873],
};

describe.each(Object.entries(REAL))("systemd %s", (version, micros) => {
  const records = realRecords(version);

  test("each login counts once, at its logout; managers do not", () => {
    expect(durationsOf(records).map((seconds) => Math.round(seconds * 1e6))).toEqual(micros);
  });

  test("the same over a restart behind each entry", () => {
    for (let at = 0; at <= records.length; at++) {
      const attempts = new Attempts();
      const before = durationsOf(records.slice(0, at), NO_FACTS, attempts);
      const after = durationsOf(records.slice(at), NO_FACTS, restarted(attempts));
      expect(before.length + after.length).toBe(micros.length);
    }
  });

  test("without logind's entries PAM tells, at most a second off", () => {
    const ofSshd = records.filter(({ identifier }) => identifier !== "systemd-logind");
    const seconds = durationsOf(ofSshd);
    expect(seconds.length).toBe(micros.length);
    for (const [i, value] of seconds.entries())
      expect(Math.abs(value - micros[i]! / 1e6)).toBeLessThan(1);
  });
});

describe("which sessions are logins", () => {
  const lived = (own: Parameters<typeof logind>[3]) => [
    logind(10, "1", "start", own),
    logind(20, "1", "removed", own),
  ];

  test.each<[string, boolean]>([
    ["user", true],
    ["user-early", true],
    ["user-light", true],
    ["manager", false],
    ["manager-early", false],
    ["greeter", false],
    ["lock-screen", false],
    ["background", false],
  ])("class %s: %p", (name, isLogin) => {
    expect(durationsOf(lived({ class: name }))).toEqual(isLogin ? [10] : []);
  });

  const hostWith = (file: string): HostFacts => ({
    ...NO_FACTS,
    findSession: (bootId, id) => (bootId === BOOT ? parseSession(id, file) : undefined),
  });

  test("by the session's file where the entry does not say", () => {
    expect(durationsOf(lived({}), hostWith("UID=1\nLEADER=100\nCLASS=user\n"))).toEqual([10]);
    expect(durationsOf(lived({}), hostWith("UID=1\nLEADER=100\nCLASS=manager\n"))).toEqual([]);
    // Another session has that id by now, or had it at another boot.
    expect(durationsOf(lived({}), hostWith("UID=1\nLEADER=101\nCLASS=user\n"))).toEqual([]);
    const file = "UID=1\nLEADER=100\nCLASS=user\n";
    expect(durationsOf(lived({ bootId: "c".repeat(32) }), hostWith(file))).toEqual([]);
  });

  test("by who opened it where the file is gone", () => {
    expect(durationsOf(lived({}))).toEqual([]);
    expect(durationsOf([accepted(9, 100), ...lived({})])).toEqual([10]);
    expect(durationsOf([pam(9, 100, "opened"), ...lived({})])).toEqual([10]);
    expect(durationsOf([line(9, "login", 100, "LOGIN ON tty1 BY al"), ...lived({})])).toEqual([10]);
    // journald reads sshd's line and logind's from two sockets, in any order.
    const [start, end] = lived({});
    expect(durationsOf([start!, accepted(10, 100), end!])).toEqual([10]);
    // A manager, or a login of long ago, whose pid was used again.
    expect(durationsOf([accepted(9, 99), ...lived({})])).toEqual([]);
    expect(durationsOf([accepted(-100, 100), ...lived({})])).toEqual([]);
  });
});

test("a session ends at its logout, not when its last process has gone", () => {
  const records = [
    logind(10, "1", "start", { class: "user" }),
    logind(12, "1", "logged out"),
    logind(900, "1", "removed"),
  ];
  expect(durationsOf(records)).toEqual([2]);
});

test("ids start again at each boot, and what a crash cut off does not count", () => {
  const bootId = "c".repeat(32);
  const records = [
    logind(10, "1", "start", { class: "user" }),
    logind(10, "2", "start", { class: "user" }),
    logind(5, "1", "start", { class: "user", bootId }),
    logind(8, "1", "removed", { bootId }),
    logind(9, "2", "removed", { bootId }),
  ];
  expect(durationsOf(records)).toEqual([3]);
});

describe("sessions that are open when counting begins", () => {
  const file = (own: string) => parseSession("7", `UID=1\nLEADER=100\nMONOTONIC=4000000\n${own}`)!;

  test("are known by their files", () => {
    const attempts = new Attempts();
    attempts.ended.begin(BOOT, [file("CLASS=user\nSTATE=active\n")]);
    expect(durationsOf([logind(9, "7", "removed")], NO_FACTS, attempts)).toEqual([5]);
  });

  test.each(["CLASS=user\nSTATE=closing\n", "CLASS=manager\nSTATE=active\n"])(
    "unless they are over, or no logins: %j",
    (own) => {
      const attempts = new Attempts();
      attempts.ended.begin(BOOT, [file(own)]);
      expect(durationsOf([logind(9, "7", "removed")], NO_FACTS, attempts)).toEqual([]);
    },
  );

  test("a beginning that was read from the log stays", () => {
    const attempts = new Attempts();
    durationsOf([logind(3, "7", "start", { class: "user" })], NO_FACTS, attempts);
    attempts.ended.begin(BOOT, [file("CLASS=user\nSTATE=active\n")]);
    expect(durationsOf([logind(9, "7", "removed")], NO_FACTS, attempts)).toEqual([6]);
  });
});

describe("whether anything tells of ends", () => {
  test("nothing does where sshd does without PAM", () => {
    const attempts = new Attempts();
    durationsOf([accepted(1, 100)], NO_FACTS, attempts);
    expect(attempts.ended.isKnown).toBe(false);
    durationsOf([pam(1, 100, "opened")], NO_FACTS, attempts);
    expect(attempts.ended.isKnown).toBe(true);
    expect(restarted(attempts).ended.isKnown).toBe(true);
  });

  test("logind does, and then PAM's lines of the same sessions count no more", () => {
    const own = { class: "user" };
    const records = [
      pam(1, 100, "opened"),
      logind(1, "1", "start", own),
      logind(5, "1", "logged out"),
      pam(6, 100, "closed"),
    ];
    expect(durationsOf(records)).toEqual([4]);
  });

  test("its files do before it has logged anything", () => {
    const attempts = new Attempts();
    attempts.ended.begin(BOOT, []);
    expect(attempts.ended.isKnown).toBe(true);
  });
});

test("after 1.0.0, which did not read logind's entries, the old ones don't count", () => {
  const { ended: _, ...old } = JSON.parse(JSON.stringify(new Attempts())) as Record<
    string,
    unknown
  >;
  const attempts = Attempts.from({ ...old, recordMs: 1_000_000 + 50_000 });
  const own = { class: "user" };
  const records = [
    logind(10, "1", "start", own),
    logind(20, "1", "removed"),
    logind(30, "2", "start", own),
    logind(60, "2", "removed"),
  ];
  expect(durationsOf(records.slice(0, 3), NO_FACTS, attempts)).toEqual([]);
  expect(durationsOf(records.slice(3), NO_FACTS, restarted(attempts))).toEqual([30]);
});

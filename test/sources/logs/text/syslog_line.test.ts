import { describe, expect, test } from "bun:test";
import { CUT_MARK, type LogRecord } from "../../../../src/sources/logs/record.ts";
import {
  type LineReading,
  type OtherLine,
  parseSyslogLine,
} from "../../../../src/sources/logs/text/syslog_line.ts";
import { UTC } from "../../../../src/sources/posix_zone.ts";
import { fuzz, FUZZ_TIMEOUT_MS } from "../../../helpers/fuzz.ts";
import { hostileName } from "../../messages/hostile_names.ts";

const TIME_MS = Date.parse("2026-11-03T04:05:06Z");
const READING: LineReading = { nowMs: Date.parse("2026-11-23T12:00:00Z"), zone: () => UTC };
const STAMP = "Nov  3 04:05:06";
const ISO = "2026-11-03T04:05:06+00:00";

function record(line: string, more: Partial<LineReading> = {}): LogRecord | undefined {
  const parsed = parseSyslogLine(line, { ...READING, ...more });
  return parsed === undefined || "kind" in parsed ? undefined : parsed;
}

function other(line: string, more: Partial<LineReading> = {}): OtherLine | undefined {
  const parsed = parseSyslogLine(line, { ...READING, ...more });
  return parsed !== undefined && "kind" in parsed ? parsed : undefined;
}

type Row = [line: string, identifier: string, pid: number | undefined, message: string];

describe("tags", () => {
  test.each<Row>([
    [`${STAMP} host sshd[123]: a b`, "sshd", 123, "a b"],
    [`${STAMP} host sshd-session[123]: a`, "sshd-session", 123, "a"],
    [`${STAMP} host su: pam_unix(su:auth): x`, "su", undefined, "pam_unix(su:auth): x"],
    [`${STAMP} host sudo:      bob : TTY=pts/1`, "sudo", undefined, "bob : TTY=pts/1"],
    [`${STAMP} host gdm-password]: pam_unix`, "gdm-password", undefined, "pam_unix"],
    [`${STAMP} host gdm-password][77]: pam_unix`, "gdm-password", 77, "pam_unix"],
    [`${STAMP} host postfix/smtpd[5]: x`, "postfix/smtpd", 5, "x"],
    [`${STAMP} host getty@tty1.service[5]: x`, "getty@tty1.service", 5, "x"],
    [`${STAMP} host sshd[123]:`, "sshd", 123, ""],
    [`${STAMP} host sshd[123] a colon is missing`, "sshd", 123, "a colon is missing"],
    [`${STAMP} host sshd[123]:  two blanks`, "sshd", 123, "two blanks"],
    [`${STAMP}  host  sshd[123]: a`, "sshd", 123, "a"],
    [`${STAMP} host audit: a`, "audit", undefined, "a"],
    // journalctl -o with-unit
    [`Tue 2026-11-03 04:05:06 UTC host ssh.service[7]: a`, "sshd", 7, "a"],
    [`Tue 2026-11-03 04:05:06 UTC host sshd@3-1:22-2:4.service[7]: a`, "sshd", 7, "a"],
  ])("%s", (line, identifier, pid, message) => {
    expect(record(line)).toEqual({ timeMs: TIME_MS, identifier, pid, message, copies: 1 });
  });
});

describe("a facility, a priority", () => {
  test.each([
    // BusyBox 1.35, sysklogd/syslogd.c, without and with -S.
    `${STAMP} host auth.info sshd[9]: a`,
    `${STAMP} sshd[9]: a`,
    // FreeBSD's syslogd -v -v and -v
    `${STAMP} host <auth.info> sshd[9]: a`,
    `${STAMP} <auth.info> host sshd[9]: a`,
    `${STAMP} host <4.6> sshd[9]: a`,
    `${STAMP} host [auth.info] sshd[9]: a`,
    // Templates of people's own.
    `${STAMP} host auth sshd[9]: a`,
    `${STAMP} host authpriv info sshd[9]: a`,
    `${STAMP} auth.info host sshd[9]: a`,
    `${STAMP} auth host sshd[9]: a`,
    `${STAMP} host auth.info: sshd[9]: a`,
    `${STAMP} mail auth.info sshd[9]: a`,
    `${STAMP} host authpriv|notice sshd[9]: a`,
    `${STAMP} host 10.5 sshd[9]: a`,
  ])("%s", (line) => {
    expect(record(line)).toEqual({
      timeMs: TIME_MS,
      identifier: "sshd",
      pid: 9,
      message: "a",
      copies: 1,
    });
  });

  test("alone before the tag is the host's name", () => {
    const hosts: string[] = [];
    const isOwnHost = (host: string) => hosts.push(host) > 0;
    for (const line of [`${STAMP} mail sshd[9]: a`, `${STAMP} auth web sshd[9]: a`]) {
      expect(record(line, { isOwnHost })?.message).toBe("a");
    }
    expect(hosts).toEqual(["mail", "web"]);
  });
});

describe("RFC 5424", () => {
  test.each<Row>([
    // rsyslog 8.2302, RSYSLOG_SyslogProtocol23Format.
    [`<38>1 ${ISO} vm sshd 123 - -  Failed password`, "sshd", 123, "Failed password"],
    [`<85>1 ${ISO} vm sudo - - -     alice : TTY=pts/1`, "sudo", undefined, "alice : TTY=pts/1"],
    // syslog-ng 3.38, flags(syslog-protocol).
    [`<38>1 ${ISO} vm sshd 123 - [meta sequenceId="1"] Failed`, "sshd", 123, "Failed"],
    [`<38>1 ${ISO} vm sshd 123 ID47 [a@1 b="]\\"x" c=""][d] \ufeffFailed`, "sshd", 123, "Failed"],
    [`<38>1 ${ISO} vm sshd 123 ID47 [a@1 b="]\\"x" c=""][d]`, "sshd", 123, ""],
    // sysklogd's and others' without the head.
    [`${ISO} vm sshd 123 - - Failed`, "sshd", 123, "Failed"],
    [`1 ${ISO} vm sshd 123 - - Failed`, "sshd", 123, "Failed"],
    [`<38>1 ${ISO} - cron 123 - - Failed`, "cron", 123, "Failed"],
  ])("%s", (line, identifier, pid, message) => {
    expect(record(line)).toEqual({ timeMs: TIME_MS, identifier, pid, message, copies: 1 });
  });
});

describe("around the line", () => {
  test.each([
    `<38>${STAMP} host sshd[9]: a`,
    `<38>${ISO} host sshd[9]: a`,
    `\0\0\0${STAMP} host sshd[9]: a`,
    `  ${STAMP} host sshd[9]: a`,
    `\ufeff${STAMP} host sshd[9]: a`,
    `${STAMP} host sshd[9]: a\r`,
    `${STAMP} host sshd[9]: a\0\0\0`,
    `${STAMP} host sshd[9]: a\0\r`,
  ])("%p", (line) => {
    expect(record(line)).toMatchObject({ timeMs: TIME_MS, pid: 9, message: "a" });
  });
});

describe("what is no record", () => {
  test.each([
    "",
    STAMP,
    `${STAMP} host`,
    `${STAMP} host two words sshd[1]: x`,
    "Xyz  3 04:05:06 host sshd[1]: x",
    "Feb 30 04:05:06 host sshd[1]: x",
    "nothing at all",
    // journalctl -o short-monotonic, verbose and cat.
    "[ 3354.988076] host sudo[108]:      bob : TTY=pts/1",
    "    MESSAGE=Journal stopped",
    // rsyslog 8.2302, RSYSLOG_DebugFormat.
    "syslogtag 'sshd[123]:', programname: 'sshd', APP-NAME: 'sshd', PROCID: '123', MSGID: '-',",
  ])("of no known format: %p", (line) => {
    expect(parseSyslogLine(line, READING)).toBeUndefined();
  });

  test("another program's line", () => {
    const programs = new Set(["sshd"]);
    expect(other(`${STAMP} host CRON[1]: x`, { programs })).toEqual({ kind: "other" });
    expect(other(`<38>1 ${ISO} vm CRON 123 - - x`, { programs })).toEqual({ kind: "other" });
    expect(record(`${STAMP} host sshd[1]: x`, { programs })?.message).toBe("x");
  });

  test("another host's line", () => {
    const isOwnHost = (host: string) => host === "web1";
    expect(other(`${STAMP} web2 sshd[1]: x`, { isOwnHost })).toEqual({ kind: "other" });
    expect(other(`<38>1 ${ISO} web2 sshd 1 - - x`, { isOwnHost })).toEqual({ kind: "other" });
    expect(record(`${STAMP} web1 sshd[1]: x`, { isOwnHost })?.message).toBe("x");
  });
});

describe("repeats", () => {
  test.each<[message: string, copies: number, text: string]>([
    ["message repeated 2 times: [ Failed password for a]", 2, "Failed password for a"],
    ["message repeated 3 times: [ Connection closed [preauth]]", 3, "Connection closed [preauth]"],
    ["message repeated 2 times: [ cut at 800", 2, "cut at 800"],
    ["a message repeated 2 times: [ x]", 1, "a message repeated 2 times: [ x]"],
    ["message repeated times", 1, "message repeated times"],
  ])("%s", (message, copies, text) => {
    const line = `${STAMP} host sshd[1]: ${message}`;
    expect(record(line)).toMatchObject({ copies, message: text });
  });

  test.each<[line: string, repeats: OtherLine["repeats"]]>([
    [
      `${STAMP} host last message repeated 12 times`,
      { copies: 12, timeMs: TIME_MS, identifier: "", start: "" },
    ],
    [
      `${STAMP} last message repeated 1 time`,
      { copies: 1, timeMs: TIME_MS, identifier: "", start: "" },
    ],
    [
      // syslog-ng 3.38, suppress().
      `${STAMP} vm sshd[7]: Last message 'Failed password for ' repeated 3 times, suppressed by syslog-ng on vm`,
      { copies: 3, timeMs: TIME_MS, identifier: "sshd", start: "Failed password for " },
    ],
  ])("are about the line before: %s", (line, repeats) => {
    expect(other(line)).toEqual({ kind: "other", repeats });
  });

  test("are no message of a program", () => {
    const line = `${STAMP} host sshd[1]: Invalid user last message repeated 9 times`;
    expect(record(line)?.copies).toBe(1);
  });
});

test("a message that filled BusyBox's buffer has lost its end", () => {
  const rest = `sshd[12345]: Failed password for invalid user ${"x".repeat(300)}`;
  const datagram = `<38>${STAMP} ${rest}`.slice(0, 255);
  const line = `${STAMP} host auth.info ${datagram.slice(20)}`;
  expect(record(line)!.message.endsWith(CUT_MARK)).toBeTrue();
  expect(record(line.slice(0, -5))!.message.endsWith(CUT_MARK)).toBeFalse();
  expect(record(`${STAMP} host ${rest}`)!.message.endsWith("x")).toBeTrue();
  // Longer than BusyBox's lines get: another daemon wrote the priority.
  expect(record(`${STAMP} host auth.info ${rest}`)!.message.endsWith("x")).toBeTrue();
});

test(
  "any text gives a sane record or none",
  async () => {
    const heads = [STAMP, "2026-11-03T04:05:06.476257+00:00", "Feb 30 00:00:00", "\0\0", ""];
    const tags = [
      " host sshd[1]: ",
      " host auth.info sshd[99999999999]: ",
      " sshd: ",
      " h x]: ",
      " ",
    ];
    await fuzz("syslog lines", (random) => {
      const text =
        random.pick(heads) + random.pick(tags) + hostileName(random).repeat(random.below(4));
      const from = random.chance(0.3) ? random.below(text.length + 1) : 0;
      const line = text.slice(from, random.chance(0.3) ? random.below(text.length + 1) : undefined);
      const parsed = record(line);
      const copies = other(line)?.repeats?.copies ?? 1;
      expect(Number.isSafeInteger(copies) && copies > 0).toBeTrue();
      if (parsed === undefined) return;
      expect(Number.isFinite(parsed.timeMs)).toBeTrue();
      expect(Number.isSafeInteger(parsed.copies)).toBeTrue();
      expect(parsed.pid === undefined || Number.isSafeInteger(parsed.pid)).toBeTrue();
      expect(parsed.identifier).not.toBe("");
      expect(line.includes(parsed.message.replace(/…$/, ""))).toBeTrue();
    });
  },
  FUZZ_TIMEOUT_MS,
);

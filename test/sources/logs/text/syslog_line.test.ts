import { CUT_MARK } from "../../../../src/sources/logs/record.ts";
import { describe, expect, test } from "bun:test";
import {
  parseLastMessageRepeated,
  parseSyslogLine,
} from "../../../../src/sources/logs/text/syslog_line.ts";
import { fuzz, FUZZ_TIMEOUT_MS } from "../../../helpers/fuzz.ts";
import { hostileName } from "../../messages/hostile_names.ts";

const NOW_MS = new Date("2026-11-23T12:00:00").getTime();
const TIME_MS = new Date("2026-11-03T04:05:06").getTime();
const STAMP = "Nov  3 04:05:06";

describe("tags", () => {
  test.each<[line: string, identifier: string, pid: number | undefined, message: string]>([
    [`${STAMP} host sshd[123]: a b`, "sshd", 123, "a b"],
    [`${STAMP} host sshd-session[123]: a`, "sshd-session", 123, "a"],
    [`${STAMP} host su: pam_unix(su:auth): x`, "su", undefined, "pam_unix(su:auth): x"],
    [`${STAMP} host sudo:      bob : TTY=pts/1`, "sudo", undefined, "     bob : TTY=pts/1"],
    [`${STAMP} host gdm-password]: pam_unix`, "gdm-password", undefined, "pam_unix"],
    [`${STAMP} host gdm-password][77]: pam_unix`, "gdm-password", 77, "pam_unix"],
    [`${STAMP} host postfix/smtpd[5]: x`, "postfix/smtpd", 5, "x"],
    [`${STAMP} host getty@tty1.service[5]: x`, "getty@tty1.service", 5, "x"],
    [`${STAMP} host auth.info sshd[123]: BusyBox`, "sshd", 123, "BusyBox"],
    [`${STAMP} sshd[123]: BusyBox -S`, "sshd", 123, "BusyBox -S"],
    [`${STAMP} host sshd[123]:`, "sshd", 123, ""],
    [`\0\0\0${STAMP} host sshd[123]: after a crash`, "sshd", 123, "after a crash"],
    ["2026-11-03T04:05:06.476257+00:00 web-1 sshd[35]: msg", "sshd", 35, "msg"],
  ])("%s", (line, identifier, pid, message) => {
    expect(parseSyslogLine(line, NOW_MS)).toMatchObject({ identifier, pid, message, copies: 1 });
  });

  test.each([
    "",
    STAMP,
    `${STAMP} host`,
    `${STAMP} host last message repeated 2 times`,
    `${STAMP} host two words sshd[1]: x`,
    "Xyz  3 04:05:06 host sshd[1]: x",
    "nothing at all",
  ])("no record: %p", (line) => {
    expect(parseSyslogLine(line, NOW_MS)).toBeUndefined();
  });

  test("only wanted programs", () => {
    const wanted = new Set(["sshd"]);
    expect(parseSyslogLine(`${STAMP} host CRON[1]: x`, NOW_MS, wanted)).toBeUndefined();
    expect(parseSyslogLine(`${STAMP} host sshd[1]: x`, NOW_MS, wanted)).toEqual({
      timeMs: TIME_MS,
      identifier: "sshd",
      pid: 1,
      message: "x",
      copies: 1,
    });
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
    const record = parseSyslogLine(`${STAMP} host sshd[1]: ${message}`, NOW_MS);
    expect(record).toMatchObject({ copies, message: text });
  });

  test("sysklogd's are about the line before", () => {
    expect(parseLastMessageRepeated(`${STAMP} host last message repeated 12 times`)).toBe(12);
    expect(parseLastMessageRepeated(`${STAMP} host last message repeated 1 time`)).toBe(1);
    const named = `${STAMP} host sshd[1]: Invalid user last message repeated 9 times`;
    expect(parseLastMessageRepeated(named)).toBeUndefined();
  });
});

test("a message that filled BusyBox's buffer has lost its end", () => {
  const rest = `sshd[12345]: Failed password for invalid user ${"x".repeat(300)}`;
  const datagram = `<38>${STAMP} ${rest}`.slice(0, 255);
  const line = `${STAMP} host auth.info ${datagram.slice(20)}`;
  expect(parseSyslogLine(line, NOW_MS)!.message.endsWith(CUT_MARK)).toBeTrue();
  expect(parseSyslogLine(line.slice(0, -5), NOW_MS)!.message.endsWith(CUT_MARK)).toBeFalse();
  expect(parseSyslogLine(`${STAMP} host ${rest}`, NOW_MS)!.message.endsWith("x")).toBeTrue();
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
      const record = parseSyslogLine(line, NOW_MS);
      const repeated = parseLastMessageRepeated(line);
      if (repeated !== undefined) expect(repeated).toBeGreaterThanOrEqual(0);
      if (record === undefined) return;
      expect(Number.isFinite(record.timeMs)).toBeTrue();
      expect(Number.isSafeInteger(record.copies)).toBeTrue();
      expect(record.pid === undefined || Number.isSafeInteger(record.pid)).toBeTrue();
      expect(record.identifier).not.toBe("");
      expect(line.includes(record.message.replace(/…$/, ""))).toBeTrue();
    });
  },
  FUZZ_TIMEOUT_MS,
);

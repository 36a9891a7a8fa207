/** No line takes more time than its length makes it. */
import { describe, test } from "bun:test";
import { parsePosixZone, UTC } from "../../../../src/sources/posix_zone.ts";
import {
  parseSyslogLine,
  syslogHost,
  syslogTimeMs,
} from "../../../../src/sources/logs/text/syslog_line.ts";
import { expectLinearText } from "../../../helpers/growth.ts";

const READING = { nowMs: Date.UTC(2026, 10, 23), zone: () => UTC };
const STAMP = "Nov  3 04:05:06 ";

describe("a line: the time grows with the length at most, behind", () => {
  test.each([
    "",
    "<38>1 ",
    "Nov  3 ",
    STAMP,
    `${STAMP}host `,
    `${STAMP}host auth.info `,
    `${STAMP}host sshd[1`,
    `${STAMP}host sshd[1]: `,
    `${STAMP}host sshd[1]: message repeated 2 times: [ `,
    `${STAMP}host sshd[1]: Last message '`,
    `${STAMP}host last message repeated `,
    "2026-11-03T04:05:06.",
    "Mon 2026-11-03 04:05:06 ",
    "<38>1 2026-11-03T04:05:06Z host sshd 1 - ",
    '<38>1 2026-11-03T04:05:06Z host sshd 1 - [a b="',
    '<38>1 2026-11-03T04:05:06Z host sshd 1 - [a b="c"]',
  ])("%p", (start) => {
    const parse = (text: string) => [
      parseSyslogLine(text, READING),
      syslogTimeMs(text, READING),
      syslogHost(text, READING),
    ];
    expectLinearText(parse, ' :[]<>."=\\1\0', start);
  });

  test("a rule of a time zone", () => {
    for (const start of ["", "CET-1CEST,", "<", "CET-1CEST,M3.5.0/"]) {
      expectLinearText(parsePosixZone, "<>,.:/+-1A", start);
    }
  });
});

import { describe, expect, test } from "bun:test";
import { syslogTimeMs } from "../../../../src/sources/logs/text/syslog_time.ts";

/** A day of a year in the zone of this process, as the older stamps are. */
function local(text: string): number {
  return new Date(text).getTime();
}

describe("RFC 3164", () => {
  test.each<[stamp: string, read: string, written: string]>([
    ["Nov  3 04:05:06", "2026-11-23T12:00:00", "2026-11-03T04:05:06"],
    ["Nov 23 12:00:01", "2026-11-23T12:00:00", "2026-11-23T12:00:01"],
    ["Dec 31 23:59:59", "2027-01-01T00:00:05", "2026-12-31T23:59:59"],
    ["Jan  1 00:00:10", "2026-12-31T23:59:58", "2027-01-01T00:00:10"],
    ["Nov 25 12:00:00", "2026-11-23T12:00:00", "2025-11-25T12:00:00"],
    ["Feb 29 01:02:03", "2026-03-01T00:00:00", "2024-02-29T01:02:03"],
    ["Feb 29 01:02:03", "2028-02-29T12:00:00", "2028-02-29T01:02:03"],
    ["Nov  3 04:05:06.123", "2026-11-23T12:00:00", "2026-11-03T04:05:06"],
  ])("%s, read at %s", (stamp, read, written) => {
    expect(syslogTimeMs(`${stamp} host x: y`, local(read))).toBe(local(written));
  });
});

describe("RFC 3339", () => {
  test.each<[stamp: string, same: string]>([
    ["2026-11-23T14:46:38.476257+00:00", "2026-11-23T14:46:38.476Z"],
    ["2026-11-23T14:46:38Z", "2026-11-23T14:46:38Z"],
    ["2026-11-23T14:46:38.1-05:30", "2026-11-23T20:16:38.100Z"],
    ["2026-11-23T00:00:00+14:00", "2026-11-22T10:00:00Z"],
  ])("%s", (stamp, same) => {
    expect(syslogTimeMs(`${stamp} host x: y`, 0)).toBe(Date.parse(same));
  });
});

test.each([
  "",
  "Nov 3 04:05:06 host",
  "Nov 31 04:05:06 host",
  "Nov  0 04:05:06 host",
  "Nov  3 24:05:06 host",
  "Xyz  3 04:05:06 host",
  "2026-02-29T14:46:38Z host",
  "2026-13-01T14:46:38Z host",
  "2026-11-23 14:46:38 host",
  "-- MARK --",
])("no stamp: %p", (line) => {
  expect(syslogTimeMs(line, local("2026-11-23T12:00:00"))).toBeUndefined();
});

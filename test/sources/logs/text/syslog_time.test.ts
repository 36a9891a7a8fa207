import { describe, expect, test } from "bun:test";
import { parsePosixZone, type TimeZone, UTC } from "../../../../src/sources/posix_zone.ts";
import { readStamp, syslogTimeMs } from "./stamps.ts";

const BERLIN = parsePosixZone("CET-1CEST,M3.5.0,M10.5.0/3")!;
const SAO_PAULO = parsePosixZone("<-03>3")!;
const READ = "2026-11-23T12:00:00Z";

/** The form, who writes it, and what it says. */
type Row = [stamp: string, written: string, zone?: TimeZone];

describe("every form", () => {
  test.each<Row>([
    // rsyslog 8.2302: RSYSLOG_TraditionalFileFormat, date-rfc3164-buggyday; syslog-ng 3.38; BusyBox 1.35.
    ["Nov  3 04:05:06", "2026-11-03T04:05:06Z"],
    ["Nov 03 04:05:06", "2026-11-03T04:05:06Z"],
    ["Nov 3 04:05:06", "2026-11-03T04:05:06Z"],
    ["Nov  3 04:05:06", "2026-11-03T03:05:06Z", BERLIN],
    ["Jul  3 04:05:06", "2026-07-03T02:05:06Z", BERLIN],
    // journalctl -o short-precise; syslog-ng's frac-digits().
    ["Nov  3 04:05:06.123456", "2026-11-03T04:05:06.123Z"],
    // syslog-ng 3.38, ts-format(full).
    ["2026 Nov  3 04:05:06", "2026-11-03T04:05:06Z"],
    ["2015 Dec 29 10:00:01", "2015-12-29T10:00:01Z"],
    // With the year behind, as ctime(3) and some appliances write it.
    ["Nov  3 04:05:06 2026", "2026-11-03T04:05:06Z"],
    ["Jun  5 08:48:47 2019", "2019-06-05T08:48:47Z"],
    ["Nov  3 2025 04:05:06", "2025-11-03T04:05:06Z"],
    ["Tue Nov  3 04:05:06 2026", "2026-11-03T04:05:06Z"],
    ["Tue Nov  3 04:05:06 UTC 2026", "2026-11-03T04:05:06Z", BERLIN],
    ["Nov  3 04:05:06 +0100", "2026-11-03T03:05:06Z"],
    ["Nov  3 04:05:06 UTC", "2026-11-03T04:05:06Z", BERLIN],
    ["Jul  3 04:05:06 CEST", "2026-07-03T02:05:06Z", BERLIN],
    // rsyslog 8.2302: RSYSLOG_FileFormat, date-rfc3339.
    ["2026-11-23T14:46:38.476257+00:00", "2026-11-23T14:46:38.476Z"],
    ["2026-11-23T14:46:38Z", "2026-11-23T14:46:38Z"],
    ["2026-11-23T14:46:38.1-05:30", "2026-11-23T20:16:38.100Z"],
    ["2026-11-23T00:00:00+14:00", "2026-11-22T10:00:00Z"],
    // journalctl -o short-iso of systemd 252, and of 257.
    ["2026-11-23T22:45:00+0100", "2026-11-23T21:45:00Z"],
    ["2026-11-23T22:45:00.135102+0100", "2026-11-23T21:45:00.135Z"],
    ["2026-11-23T22:46:05.669572+01:00", "2026-11-23T21:46:05.669Z"],
    ["2026-11-23T14:46:38+01", "2026-11-23T13:46:38Z"],
    ["2026-11-23T14:46:38.123", "2026-11-23T13:46:38.123Z", BERLIN],
    ["2026-11-23T14:46:38,123Z", "2026-11-23T14:46:38.123Z"],
    // rsyslog 8.2302: date-pgsql, date-mysql, date-unixtimestamp; syslog-ng's ts-format(unix).
    ["2026-11-25 17:46:54", "2026-11-25T16:46:54Z", BERLIN],
    ["2026-11-25 17:46:54 +0100", "2026-11-25T16:46:54Z"],
    ["20261125174654", "2026-11-25T16:46:54Z", BERLIN],
    ["1795628814", "2026-11-25T17:46:54Z", BERLIN],
    // journalctl -o short-unix, short-full of systemd 252.
    ["1795470300.135102", "2026-11-23T21:45:00.135Z", BERLIN],
    ["Mon 2026-11-23 22:45:00 CET", "2026-11-23T21:45:00Z", BERLIN],
    ["Mon 2026-11-23 21:45:00 UTC", "2026-11-23T21:45:00Z", BERLIN],
    ["Mon 2026-11-23 18:45:00 -03", "2026-11-23T21:45:00Z", SAO_PAULO],
  ])("%s is %s", (stamp, written, zone = UTC) => {
    for (const host of ["host", "x", "7host"]) {
      const line = `${stamp} ${host} x: y`;
      const found = readStamp(line, { nowMs: Date.parse(READ), zone: () => zone });
      expect(found?.timeMs()).toBe(Date.parse(written));
      expect(line.slice(found?.end)).toBe(`${host} x: y`);
    }
  });

  test("a host whose name looks like a zone is a host", () => {
    for (const stamp of ["Nov  3 04:05:06", "2026-11-03T04:05:06+00:00", "2026-11-03 04:05:06"]) {
      const line = `${stamp} WEB sshd[1]: x`;
      const found = readStamp(line, { nowMs: Date.parse(READ), zone: () => UTC });
      expect(line.slice(found?.end)).toBe("WEB sshd[1]: x");
      expect(found?.timeMs()).toBe(Date.parse("2026-11-03T04:05:06Z"));
    }
  });

  test("a zone that the host does not know gives no time", () => {
    expect(syslogTimeMs("Mon 2026-11-23 22:45:00 XYZ host x: y", READ, BERLIN)).toBeUndefined();
  });
});

describe("the year", () => {
  test.each<[stamp: string, read: string, written: string]>([
    ["Nov  3 04:05:06", "2026-11-23T12:00:00Z", "2026-11-03T04:05:06Z"],
    ["Nov 23 12:00:01", "2026-11-23T12:00:00Z", "2026-11-23T12:00:01Z"],
    ["Dec 31 23:59:59", "2027-01-01T00:00:05Z", "2026-12-31T23:59:59Z"],
    ["Jan  1 00:00:10", "2026-12-31T23:59:58Z", "2027-01-01T00:00:10Z"],
    ["Nov 25 12:00:00", "2026-11-23T12:00:00Z", "2025-11-25T12:00:00Z"],
    ["Feb 29 01:02:03", "2026-03-01T00:00:00Z", "2024-02-29T01:02:03Z"],
    ["Feb 29 01:02:03", "2028-02-29T12:00:00Z", "2028-02-29T01:02:03Z"],
    ["Jan  1 13:00:00", "2026-12-31T23:59:58Z", "2027-01-01T13:00:00Z"],
  ])("%s, read at %s", (stamp, read, written) => {
    expect(syslogTimeMs(`${stamp} host x: y`, read)).toBe(Date.parse(written));
  });
});

describe("the hour that clocks show twice", () => {
  const stamp = "Oct 25 02:30:00 host x: y";

  test("is the later one", () => {
    expect(syslogTimeMs(stamp, "2026-10-25T12:00:00Z", BERLIN)).toBe(
      Date.parse("2026-10-25T01:30:00Z"),
    );
  });

  test("is the earlier one while the later one is still to come", () => {
    expect(syslogTimeMs(stamp, "2026-10-25T00:30:01Z", BERLIN)).toBe(
      Date.parse("2026-10-25T00:30:00Z"),
    );
  });

  test("is told by the zone where there is one", () => {
    const full = "Sun 2026-10-25 02:30:00 CEST host x: y";
    expect(syslogTimeMs(full, "2026-10-25T12:00:00Z", BERLIN)).toBe(
      Date.parse("2026-10-25T00:30:00Z"),
    );
  });

  test("an hour that clocks never show is taken as if they had not been changed", () => {
    const gap = "Mar 29 02:30:00 host x: y";
    expect(syslogTimeMs(gap, "2026-04-01T00:00:00Z", BERLIN)).toBe(
      Date.parse("2026-03-29T01:30:00Z"),
    );
  });
});

test.each([
  "",
  "Nov 31 04:05:06 host",
  "Nov  0 04:05:06 host",
  "Nov  3 24:05:06 host",
  "Nov  3 04:60:06 host",
  "Xyz  3 04:05:06 host",
  "2026-02-29T14:46:38Z host",
  "2026-13-01T14:46:38Z host",
  "20261301144638 host",
  "12345678 host",
  "[ 3354.988076] host x: y",
  "-- MARK --",
])("no stamp: %p", (line) => {
  expect(syslogTimeMs(line, READ)).toBeUndefined();
});

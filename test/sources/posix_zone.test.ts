import { describe, expect, test } from "bun:test";
import { parsePosixZone } from "../../src/sources/posix_zone.ts";

describe("a rule", () => {
  test.each<[rule: string, at: string, hours: number]>([
    ["UTC0", "2026-07-01T00:00:00Z", 0],
    ["EST5EDT", "2026-07-01T00:00:00Z", -4],
    ["EST5EDT", "2026-12-01T00:00:00Z", -5],
    ["CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z", 1],
    ["CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 2],
    ["CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T00:59:59Z", 2],
    ["CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T01:00:00Z", 1],
    ["<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-01-01T00:00:00Z", 11],
    ["<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-07-01T00:00:00Z", 10.5],
    ["<-03>3", "2026-07-01T00:00:00Z", -3],
    ["AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", 1],
    ["AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", 0],
    ["AAA0BBB,59/0,300/0", "2028-02-29T00:00:00Z", 1],
  ])("%s at %s", (rule, at, hours) => {
    expect(parsePosixZone(rule)?.offsetAt(Date.parse(at) / 1000)).toBe(hours * 3600);
  });

  test.each(["", "UTC", "5", "AA5", "CET-1CEST,M3.5.0", ":Europe/Berlin", "A".repeat(9) + "5X"])(
    "is not: %p",
    (rule) => expect(parsePosixZone(rule)).toBeUndefined(),
  );
});

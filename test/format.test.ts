import { expect, test } from "bun:test";
import { formatBytes, formatDuration, formatPercent, formatTime, timeZone } from "../src/format.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

test.each([
  [0, "0s"],
  [0.9, "0s"],
  [-5, "0s"],
  [59.99, "59s"],
  [MINUTE, "1m 0s"],
  [7 * MINUTE + 3, "7m 3s"],
  [HOUR - 1, "59m 59s"],
  [HOUR, "1h 0m"],
  [5 * HOUR + 20 * MINUTE + 59, "5h 20m"],
  [DAY - 1, "23h 59m"],
  [DAY, "1d 0h"],
  [400 * DAY + 4 * HOUR + 5, "400d 4h"],
])("%d seconds are %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("the time zone is the one that the time is in", () => {
  const minutes = -new Date(0).getTimezoneOffset();
  expect(timeZone(0)).toMatch(minutes === 0 ? /^(UTC|GMT)$/ : /^\S+$/);
});

test("a time is local, to the minute", () => {
  // Made from local parts, so it holds in every time zone.
  expect(formatTime(new Date(2026, 0, 3, 4, 5, 59).getTime() / 1000)).toBe("2026-01-03 04:05");
  expect(formatTime(new Date(2026, 10, 23, 14, 46).getTime() / 1000)).toBe("2026-11-23 14:46");
});

test.each([
  [0, "0 B"],
  [1, "1 B"],
  [1023, "1020 B"],
  [1024, "1 KiB"],
  [512 * 1024, "512 KiB"],
  [2_093_796_557, "1.95 GiB"],
  [3 * 1024 ** 4, "3 TiB"],
  [5000 * 1024 ** 4, "5000 TiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, "0.0 %"],
  [0.1234, "12.3 %"],
  [1, "100.0 %"],
])("a share of %d is %s", (share, text) => {
  expect(formatPercent(share)).toBe(text);
});

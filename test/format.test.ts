import { expect, test } from "bun:test";
import {
  formatAge,
  formatBytes,
  formatDuration,
  formatPercent,
  formatTime,
  timeZone,
} from "../src/format.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

test.each([
  [0, "0 s", "now"],
  [0.9, "0 s", "now"],
  [-5, "0 s", "now"],
  [1, "1 s", "1 s"],
  [59.99, "59 s", "59 s"],
  [MINUTE, "1 min", "1 min"],
  [7 * MINUTE + 3, "7 min 3 s", "7 min"],
  [HOUR - 1, "59 min 59 s", "59 min"],
  [HOUR, "1 h", "1 h"],
  [5 * HOUR + 20 * MINUTE + 59, "5 h 20 min", "5 h"],
  [DAY - 1, "23 h 59 min", "23 h"],
  [DAY, "1 d", "1 d"],
  [DAY + 59 * MINUTE, "1 d", "1 d"],
  [400 * DAY + 4 * HOUR + 5, "400 d 4 h", "400 d"],
])("%d seconds are %s, or %s", (seconds, duration, age) => {
  expect(formatDuration(seconds)).toBe(duration);
  expect(formatAge(seconds)).toBe(age);
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

import { expect, test } from "bun:test";
import { FlushedRanges } from "../../../../src/sources/logs/journal/flushed_ranges.ts";

test("what lies within the time that was read below /run was handed over, to its ends", () => {
  const ranges = new FlushedRanges(undefined);
  expect(ranges.has("", "boot", 5)).toBe(false);
  for (const us of [20, 10, 30]) ranges.add("", "boot", us);
  expect([9, 10, 25, 30, 31].map((us) => ranges.has("", "boot", us))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
});

test("each namespace has its own, and of its boots the latest", () => {
  const ranges = new FlushedRanges(undefined);
  ranges.add("", "first", 10);
  ranges.add("web", "first", 10);
  ranges.add("", "second", 10);
  expect(ranges.has("", "first", 10)).toBe(false);
  expect(ranges.has("", "second", 10)).toBe(true);
  expect(ranges.has("web", "first", 10)).toBe(true);
  expect(ranges.has("web", "second", 10)).toBe(false);
});

test("is read back the same", () => {
  const ranges = new FlushedRanges(undefined);
  ranges.add("", "boot", 10);
  ranges.add("", "boot", 30);
  const saved = JSON.parse(JSON.stringify(ranges)) as ReturnType<FlushedRanges["toJSON"]>;
  expect(saved).toEqual({ "/boot": [10, 30] });
  const read = new FlushedRanges(saved);
  expect([read.has("", "boot", 30), read.has("", "boot", 31)]).toEqual([true, false]);
});

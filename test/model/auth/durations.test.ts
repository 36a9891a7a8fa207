import { expect, test } from "bun:test";
import { DURATION_BOUNDS, Durations } from "../../../src/model/auth/durations.ts";
import { SavedStateError } from "../../../src/sources/saved_value.ts";

const DAY = 86_400;

test("each falls into the first bucket whose bound it does not exceed", () => {
  const durations = new Durations();
  for (const seconds of [0, 1, 1.5, 10, 3600, 30 * DAY, 31 * DAY]) durations.add(seconds);
  const filled = durations.counts.flatMap((count, i) =>
    count > 0 ? [[DURATION_BOUNDS[i] ?? Infinity, count]] : [],
  );
  expect(filled).toEqual([
    [1, 2],
    [10, 2],
    [3600, 1],
    [30 * DAY, 1],
    [Infinity, 1],
  ]);
  expect(durations.total).toBe(7);
  expect(durations.sumSeconds).toBe(3612.5 + 61 * DAY);
});

test("is read back the same", () => {
  const durations = new Durations();
  for (const seconds of [0.5, 20, 40 * DAY]) durations.add(seconds);
  const saved = JSON.parse(JSON.stringify(durations));
  expect(Durations.from(saved)).toEqual(durations);
});

test("what was counted with other bounds keeps its total", () => {
  const saved = { bounds: [5, 60, 40 * DAY], counts: [1, 2, 3, 4], sumSeconds: 9 };
  const durations = Durations.from(saved);
  expect(durations.total).toBe(10);
  expect(durations.counts.slice(0, 3)).toEqual([0, 1, 2]);
  expect(durations.counts.at(-1)).toBe(7);
});

test.each<[unknown]>([
  [undefined],
  [[]],
  [{ counts: [] }],
  [{ bounds: [], counts: [-1], sumSeconds: 0 }],
])("%j is damaged", (value) => {
  expect(() => Durations.from(value)).toThrow(SavedStateError);
});

import { expect, test } from "bun:test";
import { CpuHistory } from "../../../src/model/usage/cpu_history.ts";

const UID = 1000;
const CPUS = 2;

const at = (seconds: number, used: number) => ({
  atMs: seconds * 1000,
  secondsByUid: new Map([[UID, used]]),
});

/** The ratio that each sample in turn gives. */
function ratios(...samples: [seconds: number, used: number][]): (number | undefined)[] {
  const history = new CpuHistory();
  return samples.map(([seconds, used]) => {
    const ratio = history.ratios(at(seconds, used), CPUS)?.get(UID);
    history.add(at(seconds, used));
    return ratio;
  });
}

test("the first sample has no ratio, the second looks back at it however young it is", () => {
  expect(ratios([0, 0], [1, 1])).toEqual([undefined, 0.5]);
});

test("it looks back at the newest sample that is at least 5 s old", () => {
  // One core for 10 s, then nothing for 5 s: the last ratio must not remember the first 10 s.
  expect(ratios([0, 0], [10, 10], [15, 10])).toEqual([undefined, 0.5, 0]);
});

test("a scrape every second gives the same ratio as one every 5 s", () => {
  const everySecond = Array.from({ length: 21 }, (_, i): [number, number] => [i, i * 0.5]);
  expect(ratios(...everySecond).slice(1)).toEqual(Array<number>(20).fill(0.25));
});

test("a second scraper right behind the first sees the same value", () => {
  const [, , first, second] = ratios([0, 0], [15, 15], [30, 15], [30.01, 15]);
  expect(first).toBe(0);
  expect(second).toBeCloseTo(0, 5);
});

test("hurried scrapes are not kept, and old samples are forgotten", () => {
  const history = new CpuHistory();
  for (let i = 0; i < 100_000; i++) history.add(at(i / 1000, i / 1000));
  expect(history.ageMs(100_000)).toBeLessThan(7000);
});

test("a ratio is never above 1, as rounding to ticks could make it", () => {
  expect(ratios([0, 0], [1, 2.02])[1]).toBe(1);
});

test("a user who comes later is measured from nothing", () => {
  const history = new CpuHistory();
  history.add({ atMs: 0, secondsByUid: new Map() });
  expect(history.ratios(at(10, 5), CPUS)?.get(UID)).toBe(0.25);
});

test("a counter that was forgotten and begun anew took what it shows", () => {
  expect(ratios([0, 500], [10, 5])).toEqual([undefined, 0.25]);
});

test("a sample that is less than 5 s old is no base while there is an older one", () => {
  const [, , ratio] = ratios([0, 0], [6, 0], [10.9, 4.9]);
  expect(ratio).toBeCloseTo(4.9 / 10.9 / CPUS, 10);
  expect(ratios([0, 0], [6, 0], [11, 5])[2]).toBe(0.5);
});

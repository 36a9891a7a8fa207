import { describe, expect, test } from "bun:test";
import { FailureWindow, MAX_ORIGINS } from "../../../src/model/auth/failure_window.ts";
import { FAILURE_REASONS } from "../../../src/model/auth/outcome.ts";
import { fuzz, FUZZ_TIMEOUT_MS } from "../../helpers/fuzz.ts";
import { type Steps, countedList } from "../../helpers/steps.ts";

const T0_MS = Date.UTC(2026, 10, 23, 12);
const HOUR_MS = 3_600_000;

function reloaded(window: FailureWindow): FailureWindow {
  return FailureWindow.from(JSON.parse(JSON.stringify(window)));
}

test("a failure counts for 3600 seconds", () => {
  const window = new FailureWindow();
  window.add(T0_MS + 400, T0_MS + 400, 2, "192.0.2.1");
  expect(window.failures(T0_MS + 400)).toBe(2);
  expect(window.failures(T0_MS + HOUR_MS - 1)).toBe(2);
  expect(window.failures(T0_MS + HOUR_MS)).toBe(0);
  expect(window.sources(T0_MS + HOUR_MS).count).toBe(0);
});

test("a stamp ahead of our clock counts as now", () => {
  const window = new FailureWindow();
  window.add(T0_MS + 9 * HOUR_MS, T0_MS, 1, undefined);
  expect(window.failures(T0_MS)).toBe(1);
  expect(window.failures(T0_MS + HOUR_MS)).toBe(0);
});

test("an old failure is not counted, nor does it take a newer one's slot", () => {
  const window = new FailureWindow();
  window.add(T0_MS, T0_MS, 3, undefined);
  window.add(T0_MS - HOUR_MS, T0_MS, 1, "192.0.2.1");
  expect(window.failures(T0_MS)).toBe(3);
  expect(window.sources(T0_MS)).toEqual({ count: 0, exceeded: false });
});

test("what a clock that was set back had stamped with times to come is not of the last hour", () => {
  let window = new FailureWindow();
  const aheadMs = T0_MS + 30 * 24 * HOUR_MS;
  for (let second = 0; second < 3600; second++) {
    window.add(aheadMs - second * 1000, aheadMs, 1, `source ${second % 200}`);
  }
  expect(window.failures(aheadMs)).toBe(3600);
  window = reloaded(window);
  expect(window.failures(T0_MS)).toBe(0);
  expect(window.sources(T0_MS).count).toBe(0);
  window.add(T0_MS, T0_MS, 1, "source 1");
  window.add(T0_MS, T0_MS, 1, "192.0.2.1");
  expect(window.failures(T0_MS)).toBe(2);
  expect(window.sources(T0_MS).count).toBe(2);
  expect(window.sources(T0_MS + HOUR_MS).count).toBe(0);
  // Nor is it when that time comes.
  expect(window.failures(aheadMs)).toBe(0);
});

/** A window, and how many of its slots have been looked at. */
function countedWindow(window = new FailureWindow()): { window: FailureWindow; steps: Steps } {
  const steps = { count: 0 };
  const inside = window as unknown as { seconds: Float64Array };
  inside.seconds = countedList(inside.seconds, steps);
  return { window, steps };
}

test("a scrape looks at the seconds that have passed since the one before, and at no other", () => {
  const { window, steps } = countedWindow();
  window.add(T0_MS, T0_MS, 1, undefined, "invalid_user");
  for (let scrape = 1; scrape <= 300; scrape++) {
    const nowMs = T0_MS + scrape * 15_000;
    steps.count = 0;
    expect(window.failures(nowMs)).toBe(nowMs < T0_MS + HOUR_MS ? 1 : 0);
    window.failuresByReason(nowMs);
    expect(steps.count).toBe(15);
  }
});

test("a record looks at its own second, however many there are", () => {
  const { window, steps } = countedWindow();
  window.failures(T0_MS);
  steps.count = 0;
  for (let i = 0; i < 10_000; i++) window.add(T0_MS - i * 300, T0_MS, 1, undefined);
  expect(steps.count).toBeLessThanOrEqual(10_000);
  expect(window.failures(T0_MS)).toBe(10_000);
});

test("after a day, and when a clock was set back, each second is looked at twice at most", () => {
  const { window, steps } = countedWindow();
  window.add(T0_MS, T0_MS, 1, undefined);
  for (const nowMs of [T0_MS + 24 * HOUR_MS, T0_MS + 1000]) {
    steps.count = 0;
    window.failures(nowMs);
    expect(steps.count).toBeLessThanOrEqual(7200);
  }
});

test(
  "the sums by reason are those of a list, whatever the clock does",
  async () => {
    await fuzz("windows by reason", (random) => {
      let window = new FailureWindow();
      let all: { second: number; count: number; reason: (typeof FAILURE_REASONS)[number] }[] = [];
      let nowMs = T0_MS;
      for (let step = random.below(60); step > 0; step--) {
        nowMs += random.below(random.chance(0.1) ? 9_000_000 : 300_000);
        // Set back by so little that no second of the hour before has been written over.
        if (random.chance(0.1)) nowMs -= 200_000;
        const nowSecond = Math.floor(nowMs / 1000);
        window.failures(nowMs);
        all = all.filter(({ second }) => second <= nowSecond);
        if (random.chance(0.8)) {
          const second = nowSecond - random.below(3200);
          const count = 1 + random.below(3);
          const reason = random.pick([...FAILURE_REASONS]);
          window.add(second * 1000, nowMs, count, undefined, reason);
          all = all.filter((each) => (each.second - second) % 3600 !== 0 || each.second === second);
          all.push({ second, count, reason });
        }
        if (random.chance(0.1)) window = reloaded(window);
        const recent = all.filter(({ second }) => second > nowSecond - 3600);
        const sum = (list: typeof all) => list.reduce((total, each) => total + each.count, 0);
        expect(window.failures(nowMs)).toBe(sum(recent));
        const byReason = FAILURE_REASONS.map((reason) => [
          reason,
          sum(recent.filter((each) => each.reason === reason)),
        ]);
        expect(window.failuresByReason(nowMs)).toEqual(Object.fromEntries(byReason));
      }
    });
  },
  FUZZ_TIMEOUT_MS,
);

describe("sources", () => {
  test("are told apart, and are one each however often they fail", () => {
    const window = new FailureWindow();
    for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.1", "2001:db8::1", undefined]) {
      window.add(T0_MS, T0_MS, 1, address);
    }
    expect(window.sources(T0_MS)).toEqual({ count: 3, exceeded: false });
  });

  test("past the bound are a lower bound, until the hour is over", () => {
    const window = new FailureWindow();
    for (let i = 0; i < MAX_ORIGINS; i++) window.add(T0_MS, T0_MS, 1, `source ${i}`);
    expect(window.sources(T0_MS)).toEqual({ count: MAX_ORIGINS, exceeded: false });
    window.add(T0_MS + 5_000, T0_MS + 5_000, 1, "one more");
    expect(window.sources(T0_MS + 5_000)).toEqual({ count: MAX_ORIGINS, exceeded: true });
    expect(window.failures(T0_MS + 5_000)).toBe(MAX_ORIGINS + 1);
    expect(reloaded(window).sources(T0_MS + 5_000).exceeded).toBeTrue();
    window.add(T0_MS + HOUR_MS, T0_MS + HOUR_MS, 1, "another");
    expect(window.sources(T0_MS + HOUR_MS)).toEqual({ count: 1, exceeded: true });
    expect(window.sources(T0_MS + HOUR_MS + 5_000)).toEqual({ count: 1, exceeded: false });
  });
});

test(
  "counts what a list of all failures counts",
  async () => {
    await fuzz("windows", (random) => {
      let window = new FailureWindow();
      const all: { second: number; count: number; address: string }[] = [];
      let nowMs = T0_MS;
      for (let step = random.below(40); step > 0; step--) {
        nowMs += random.below(random.chance(0.1) ? 4_000_000 : 300_000);
        const timeMs = nowMs - random.below(random.chance(0.2) ? 4_000_000 : 2_000);
        const count = 1 + random.below(3);
        const address = `192.0.2.${random.below(9)}`;
        window.add(timeMs, nowMs, count, address);
        all.push({ second: Math.floor(timeMs / 1000), count, address });
        if (random.chance(0.1)) window = reloaded(window);
        const recent = all.filter(({ second }) => second > Math.floor(nowMs / 1000) - 3600);
        expect(window.failures(nowMs)).toBe(
          recent.reduce((sum, failure) => sum + failure.count, 0),
        );
        const sources = new Set(recent.map((failure) => failure.address));
        expect(window.sources(nowMs)).toEqual({ count: sources.size, exceeded: false });
      }
    });
  },
  FUZZ_TIMEOUT_MS,
);

import { expect, test } from "bun:test";
import { MaxStartups } from "../../../src/model/auth/max_startups.ts";

const PID = 7;
type Step = number | { drop: number } | "restart" | { pid: number; total: number };

/** How many drops each step adds: a sum, drops that were logged one by one, or a restart of the exporter. */
function added(...steps: Step[]): number[] {
  let maxStartups = new MaxStartups();
  return steps.map((step) => {
    let count = 0;
    const emit = (outcome: { kind: string; count?: number }) => {
      expect(outcome.kind).toBe("dropped_connection");
      count += outcome.count!;
    };
    if (step === "restart") maxStartups = MaxStartups.from(JSON.parse(JSON.stringify(maxStartups)));
    else if (typeof step === "number") maxStartups.sum(PID, step, emit);
    else if ("drop" in step) maxStartups.drop(PID, step.drop, emit);
    else maxStartups.sum(step.pid, step.total, emit);
    return count;
  });
}

test("a sum adds what is new in it", () => {
  expect(added(0, 39, 50)).toEqual([0, 39, 11]);
});

test("drops that were logged one by one are not counted again by the sum", () => {
  expect(added(0, { drop: 1 }, 39, { drop: 2 }, 41, 50)).toEqual([0, 1, 38, 2, 0, 9]);
});

test("a total that shrinks adds nothing, and takes nothing away, until it is above what was counted", () => {
  expect(added(0, 40, 30, 35, 40, 42)).toEqual([0, 40, 0, 0, 0, 2]);
  expect(added(0, 40, 0, 30)).toEqual([0, 40, 0, 30]);
});

test("of a throttling whose beginning was not seen only what comes later counts", () => {
  expect(added(40, 45, 30, 46)).toEqual([0, 5, 0, 1]);
  expect(added({ drop: 1 }, 40, 45)).toEqual([1, 0, 5]);
});

test("another listener counts by itself", () => {
  expect(added(0, 40, { pid: 8, total: 30 }, { pid: 8, total: 31 })).toEqual([0, 40, 0, 1]);
});

test("a restart of the exporter, wherever it falls, changes nothing", () => {
  const steps: Step[] = [0, { drop: 1 }, 39, 30, { drop: 2 }, 50, 0, 3];
  const whole = added(...steps);
  for (let at = 0; at <= steps.length; at++) {
    const sums = added(...steps.slice(0, at), "restart", ...steps.slice(at));
    expect(sums.toSpliced(at, 1)).toEqual(whole);
  }
});

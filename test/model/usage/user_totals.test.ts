import { expect, test } from "bun:test";
import { UserTotals } from "../../../src/model/usage/user_totals.ts";
import { randomFrom } from "../../helpers/random.ts";
import { type FakeProcess, compared, processTable } from "./process_table.ts";

const process = (pid: number, uid: number, more: Partial<FakeProcess> = {}): FakeProcess => ({
  pid,
  ppid: 1,
  uid,
  start: pid,
  rssPages: 10,
  threads: 2,
  ...more,
});

/** Passes over such processes, one behind the other. */
function totalsOf(...passes: FakeProcess[][]): UserTotals {
  const totals = new UserTotals();
  let previous = processTable([]);
  for (const processes of passes) {
    const current = compared(previous, processTable(processes));
    totals.advance(previous, current);
    previous = current;
  }
  return totals;
}

const PAGE = 4096;

test("the first pass adds up all that there is, memory in bytes", () => {
  const { byUid } = totalsOf([process(1, 0), process(2, 1000), process(3, 1000, { threads: 5 })]);
  expect(Object.fromEntries(byUid)).toEqual({
    0: { processCount: 1, threadCount: 2, rssBytes: 10 * PAGE },
    1000: { processCount: 2, threadCount: 7, rssBytes: 20 * PAGE },
  });
});

test("what ended is taken away, and who has nothing left is gone", () => {
  const { byUid } = totalsOf([process(1, 0), process(2, 1000)], [process(1, 0)]);
  expect([...byUid.keys()]).toEqual([0]);
});

test("a process that grew, changed its user, or is another of the same pid counts as it is now", () => {
  const { byUid } = totalsOf(
    [process(1, 0), process(2, 1000), process(3, 1000), process(4, 1000)],
    [
      process(1, 0, { rssPages: 30 }),
      process(2, 1001),
      process(3, 1000, { start: 99, threads: 9 }),
      process(4, 1000),
    ],
  );
  expect(Object.fromEntries(byUid)).toEqual({
    0: { processCount: 1, threadCount: 2, rssBytes: 30 * PAGE },
    1000: { processCount: 2, threadCount: 11, rssBytes: 20 * PAGE },
    1001: { processCount: 1, threadCount: 2, rssBytes: 10 * PAGE },
  });
});

test("after whatever passes the sums are those of a first pass", () => {
  const random = randomFrom(7);
  const some = () =>
    Array.from({ length: random.below(20) }, (_, i) =>
      process(i + 1, random.below(3), { start: random.below(3), rssPages: random.below(100) }),
    );
  const passes = Array.from({ length: 50 }, some);
  for (let count = 1; count <= passes.length; count++) {
    const all = totalsOf(...passes.slice(0, count)).byUid;
    const fresh = totalsOf(passes[count - 1]!).byUid;
    expect(new Map([...all].toSorted())).toEqual(new Map([...fresh].toSorted()));
  }
});

import { describe, expect, test } from "bun:test";
import { findReapers, sharesOf, takeFromAncestors } from "../../../src/model/usage/reapers.ts";
import { type FakeProcess, compared, processTable } from "./process_table.ts";

const ALICE = 1000;
const BOB = 1001;
const process = (pid: number, ppid: number, uid: number, own = 0): FakeProcess => ({
  pid,
  ppid,
  uid,
  start: pid,
  own,
});

/** The reapers by pid, of processes before and after; what live ones have reaped, and what is owed to them. */
function reapers(
  before: FakeProcess[],
  after: FakeProcess[],
  grown: Record<number, number> = {},
  owed: Record<number, number> = {},
) {
  const previous = processTable(before);
  const current = compared(previous, processTable(after));
  const byRow = Object.entries(grown).map(
    ([pid, ticks]) => [current.row(Number(pid)), ticks] as const,
  );
  const found = findReapers(
    previous,
    current,
    new Map(byRow),
    new Map(Object.entries(owed).map(([pid, ticks]) => [Number(pid), ticks])),
  );
  return {
    current,
    byRow: found,
    byPid: new Map(Array.from(found.values(), (it) => [current.pid[it.row]!, it])),
  };
}

describe("who reaps the dead", () => {
  test("is the parent that lives, and owes less what was counted", () => {
    const { byPid } = reapers(
      [process(1, 0, 0), process(10, 1, 0), process(20, 10, ALICE, 7)],
      [process(1, 0, 0), process(10, 1, 0)],
      { 10: 12 },
    );
    expect([...byPid.keys()]).toEqual([10]);
    const { uncountedTicks, families } = byPid.get(10)!;
    expect(uncountedTicks).toBe(5);
    expect(families).toEqual([{ countedTicks: 7, weightByUid: new Map([[ALICE, 8]]) }]);
  });

  test("is the nearest ancestor that lives, for a chain that ended as one family", () => {
    const { byPid } = reapers(
      [process(1, 0, 0), process(10, 1, 0), process(20, 10, ALICE, 3), process(30, 20, BOB, 4)],
      [process(1, 0, 0), process(10, 1, 0)],
    );
    expect([...byPid.keys()]).toEqual([10]);
    const { uncountedTicks, families } = byPid.get(10)!;
    expect(uncountedTicks).toBe(-7);
    expect(families).toHaveLength(1);
    expect([...families[0]!.weightByUid]).toEqual([
      [ALICE, 4],
      [BOB, 5],
    ]);
  });

  test("children that died apart are families of their own", () => {
    const { byPid } = reapers(
      [process(10, 1, 0), process(20, 10, ALICE, 3), process(30, 10, BOB, 4)],
      [process(10, 1, 0)],
    );
    expect(byPid.get(10)!.families.map(({ countedTicks }) => countedTicks)).toEqual([3, 4]);
  });

  test("what was counted before and comes again is not reaped twice", () => {
    const { byPid } = reapers([process(10, 1, 0)], [process(10, 1, 0)], { 10: 9 }, { 10: 4 });
    expect(byPid.get(10)).toMatchObject({ uncountedTicks: 5, families: [] });
  });

  test("is nobody where a parent's pid was given to another process", () => {
    const { byPid } = reapers(
      [process(10, 1, 0), process(20, 10, ALICE, 3)],
      [{ ...process(10, 1, 0), start: 99 }],
    );
    expect(byPid.size).toBe(0);
  });

  test("is nobody in a ring of parents that have all ended", () => {
    const { byPid } = reapers([process(20, 30, ALICE), process(30, 20, ALICE)], []);
    expect(byPid.size).toBe(0);
  });
});

describe("what a figure lacks", () => {
  const family = [process(1, 0, 0), process(5, 1, 0), process(10, 5, 0), process(20, 10, ALICE, 7)];

  test("is taken from those above, the nearest first, and no more than they have", () => {
    const { current, byRow, byPid } = reapers(family, family.slice(0, 3), { 5: 4, 1: 10 });
    const reaper = byPid.get(10)!;
    expect(takeFromAncestors(current, byRow, reaper)).toBe(0);
    expect([byPid.get(5)!.uncountedTicks, byPid.get(1)!.uncountedTicks]).toEqual([0, 7]);
  });

  test("is told where nobody above has it", () => {
    const { current, byRow, byPid } = reapers(family, family.slice(0, 3), { 1: 2 });
    expect(takeFromAncestors(current, byRow, byPid.get(10)!)).toBe(5);
    expect(byPid.get(1)!.uncountedTicks).toBe(0);
  });
});

describe("shares", () => {
  const shares = (reaperUid: number, ...families: [number, [number, number][]][]) =>
    sharesOf(
      reaperUid,
      families.map(([countedTicks, weights]) => ({ countedTicks, weightByUid: new Map(weights) })),
    );

  test("without dead all is the reaper's", () => {
    expect(shares(ALICE)).toEqual([[ALICE, 1]]);
  });

  test("a family's is shared by weight, and the reaper's user does but wait", () => {
    const family: [number, number][] = [
      [0, 50],
      [ALICE, 1],
      [BOB, 3],
    ];
    expect(shares(0, [3, family])).toEqual([
      [ALICE, 0.25],
      [BOB, 0.75],
    ]);
    expect(shares(ALICE, [3, [[ALICE, 4]]])).toEqual([[ALICE, 1]]);
  });

  test("families share by what they were known to have used, one tick more each", () => {
    expect(shares(0, [2, [[ALICE, 1]]], [0, [[BOB, 1]]])).toEqual([
      [ALICE, 0.75],
      [BOB, 0.25],
    ]);
  });
});

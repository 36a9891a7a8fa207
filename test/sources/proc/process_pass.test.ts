import { describe, expect, test } from "bun:test";
import { ProcessPass, ROW } from "../../../src/sources/proc/process_pass.ts";
import { ProcessTable } from "../../../src/sources/proc/process_table.ts";
import { randomFrom } from "../../helpers/random.ts";
import { processTable } from "../../model/usage/process_table.ts";

/** A pass over these pids behind one over those; a process's slot is its pid, and its parent 1. */
function pass(before: number[], now: number[], parents: Record<number, number> = {}) {
  const previous = processTable(
    before.map((pid) => ({ pid, ppid: parents[pid] ?? 1, uid: 1000, start: pid })),
  );
  for (let row = 0; row < previous.length; row++) previous.slot[row] = previous.pid[row]!;
  const made = new ProcessPass(previous, new ProcessTable(), Int32Array.from(now));
  const { table } = made;
  return {
    made,
    table,
    /** The pids of the rows of which this is known. */
    pids(known: number): number[] {
      const found: number[] = [];
      made.forEach(known, (row) => found.push(table.pid[row]!));
      return found;
    },
    /** What reading a row has given. */
    found(pid: number, known: number, startTicks = pid): void {
      const row = table.row(pid);
      made.status[row] = known;
      table.startTicks[row] = startTicks;
    },
    finish() {
      const released: number[] = [];
      made.finish((slot) => released.push(slot));
      return {
        released: released.toSorted((a, b) => a - b),
        pids: [...table.pid.subarray(0, table.length)],
        changed: Array.from(
          table.changed.subarray(0, table.changedCount),
          (row) => table.pid[row]!,
        ),
        before: [...table.before.subarray(0, table.changedCount)],
        ended: table.ended.map((old) => previous.pid[old]!),
      };
    },
  };
}

describe("a pass takes over what it knows", () => {
  test("of pids that were there before; new ones are to be read, and those that are not listed ended", () => {
    const it = pass([1, 3, 5, 9], [1, 2, 5, 10]);
    expect(it.pids(ROW.kept)).toEqual([1, 5]);
    expect(it.pids(ROW.marked)).toEqual([2, 10]);
    expect(it.finish().ended).toEqual([3, 9]);
  });

  test("whatever the lists, also where they are alike for long", () => {
    const random = randomFrom(5);
    for (let round = 0; round < 100; round++) {
      const all = Array.from({ length: 300 }, (_, i) => i + 1);
      const some = (share: number) => all.filter(() => !random.chance(share));
      const [before, now] = [some(0.02), some(0.02)];
      const it = pass(before, now);
      expect(it.pids(ROW.kept)).toEqual(now.filter((pid) => before.includes(pid)));
      for (let row = 0; row < now.length; row++) {
        expect(it.table.pid[row]).toBe(now[row]!);
        const isKnown = before.includes(now[row]!);
        expect(it.table.startTicks[row]).toBe(isKnown ? now[row]! : -1);
        expect(it.made.rowBefore(row)).toBe(before.indexOf(now[row]!));
      }
      expect(it.finish().ended).toEqual(before.filter((pid) => !now.includes(pid)));
    }
  });
});

describe("what is to be read", () => {
  const PIDS = [1, 3, 5, 9];

  test("is found in ascending order", () => {
    const it = pass([1, 5], [1, 3, 5, 9]);
    const rows: number[] = [];
    for (let row = it.made.nextMarked(0); row >= 0; row = it.made.nextMarked(row + 1))
      rows.push(row);
    expect(rows).toEqual([1, 3]);
  });

  test("is a share, that goes round", () => {
    const it = pass(PIDS, PIDS);
    expect(it.made.markShare(4, 1)).toBe(9);
    expect(it.pids(ROW.marked)).toEqual([5]);
    expect(it.made.markShare(9, 2)).toBe(3);
    expect(it.pids(ROW.marked)).toEqual([1, 5, 9]);
    it.made.markShare(0, 100);
    expect(it.pids(ROW.marked)).toEqual(PIDS);
  });

  test("is a range of pids, those without a uid, or all", () => {
    const ranged = pass(PIDS, PIDS);
    ranged.made.markPids({ after: 1, last: 5 });
    expect(ranged.pids(ROW.marked)).toEqual([3, 5]);
    const without = pass(PIDS, PIDS);
    without.table.lacksUid[0] = without.table.lacksUid[3] = 1;
    without.made.markWithoutUid();
    expect(without.pids(ROW.marked)).toEqual([1, 9]);
    const all = pass(PIDS, PIDS);
    all.found(3, ROW.same);
    all.made.markAll();
    expect(all.pids(ROW.marked)).toEqual([1, 5, 9]);
  });

  test("is not what was read already", () => {
    const it = pass(PIDS, PIDS);
    it.found(3, ROW.same);
    it.made.mark(it.table.row(3));
    expect(it.pids(ROW.marked)).toEqual([]);
  });

  test.each([1, 40])(
    "are the children of %p parents that have ended, or were replaced",
    (count) => {
      const parents = Array.from({ length: count }, (_, i) => 100 + i);
      const children = parents.map((pid) => pid + 1000);
      const of = Object.fromEntries(parents.map((pid) => [pid + 1000, pid]));
      const before = [1, 50, 60, ...parents, ...children, 5000];
      const listed = [1, 50, 60, ...children, 5000];
      const it = pass(before, listed, { ...of, 5000: 60, 60: 50 });
      // 50 went while it was read, and the pid of 60 is another process's now.
      it.found(50, ROW.gone);
      it.found(60, ROW.new, 99);
      expect(it.made.markOrphans()).toBe(count + 1);
      expect(it.pids(ROW.marked)).toEqual([...children, 5000]);
    },
  );
});

describe("the end of a pass", () => {
  test("leaves out what is gone, and lists what has changed with where it was", () => {
    const it = pass([1, 3, 5, 9], [1, 2, 3, 5, 9]);
    it.found(2, ROW.new);
    it.found(3, ROW.gone);
    it.found(5, ROW.same);
    it.found(9, ROW.changed);
    expect(it.finish()).toEqual({
      released: [3],
      pids: [1, 2, 5, 9],
      changed: [2, 9],
      before: [-1, 3],
      ended: [3],
    });
    expect(it.table.startTicks[it.table.row(9)]).toBe(9);
  });

  test("a pid that was given to another process is one that ended and one that is new", () => {
    const it = pass([1, 3], [1, 3]);
    it.found(3, ROW.new, 77);
    expect(it.finish()).toMatchObject({ changed: [3], before: [-1], ended: [3], pids: [1, 3] });
    expect(it.table.youngestTicks).toBe(77);
  });

  test("one that came and went while the pass lasted never was", () => {
    const it = pass([1], [1, 2]);
    it.found(2, ROW.gone);
    expect(it.finish()).toMatchObject({ pids: [1], changed: [], ended: [] });
  });

  test("the lines of what ended are given back", () => {
    expect(pass([1, 3, 5], [1]).finish().released).toEqual([3, 5]);
  });
});

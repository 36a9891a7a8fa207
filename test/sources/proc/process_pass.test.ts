import { expect, test } from "bun:test";
import { ProcessPass, ROW } from "../../../src/sources/proc/process_pass.ts";
import { ProcessTable } from "../../../src/sources/proc/process_table.ts";

/** The table of processes that were all read, whose uid is ten times the pid. */
function tableOf(pids: readonly number[]): ProcessTable {
  const { table } = new ProcessPass(new ProcessTable(), new ProcessTable(), Int32Array.from(pids));
  for (let row = 0; row < table.length; row++) table.uid[row] = 10 * table.pid[row]!;
  return table;
}

const PIDS = Array.from({ length: 200 }, (_, i) => 2 * i + 2);

test("what is taken over belongs to the same pid, wherever a process began or ended", () => {
  // Pids are compared 64 at a time.
  for (const at of [0, 1, 62, 63, 64, 65, 127, 128, 129, 198, 199]) {
    for (const pids of [PIDS.toSpliced(at, 1), PIDS.toSpliced(at, 0, 2 * at + 1)]) {
      const previous = tableOf(PIDS);
      const table = new ProcessTable();
      const pass = new ProcessPass(previous, table, Int32Array.from(pids));
      expect([...table.pid.subarray(0, table.length)]).toEqual(pids);
      const kept = pids.filter((_, row) => pass.status[row] === ROW.kept);
      expect(kept).toEqual(pids.filter((pid) => PIDS.includes(pid)));
      for (const pid of kept) expect(table.uid[table.row(pid)]).toBe(10 * pid);
      const ended = table.ended.map((row) => previous.pid[row]!);
      expect(ended).toEqual(PIDS.filter((pid) => !pids.includes(pid)));
    }
  }
});

test("what has changed is listed in ascending order, with the row before", () => {
  const previous = tableOf(PIDS);
  const table = new ProcessTable();
  const pids = PIDS.toSpliced(100, 0, 201);
  const pass = new ProcessPass(previous, table, Int32Array.from(pids));
  pass.status[150] = ROW.changed;
  pass.status[100] = ROW.new;
  pass.status[3] = ROW.changed;
  pass.finish(() => {});
  expect([...table.changed.subarray(0, table.changedCount)]).toEqual([3, 100, 150]);
  expect([...table.before.subarray(0, table.changedCount)]).toEqual([3, -1, 149]);
});

test.each([3, 40])(
  "children of %d processes that have ended are read, and others are not",
  (dead) => {
    const parents = Array.from({ length: dead }, (_, i) => 10 + i);
    const children = parents.map((pid) => 1000 + pid);
    const others = [1, 5000];
    const previous = tableOf([1, ...parents, ...children, 5000]);
    for (const pid of parents) previous.parentPid[previous.row(1000 + pid)] = pid;
    for (const pid of others) previous.parentPid[previous.row(pid)] = 1;
    const pids = [1, ...children, 5000];
    const pass = new ProcessPass(previous, new ProcessTable(), Int32Array.from(pids));
    expect(pass.markOrphans()).toBe(dead);
    expect(pids.filter((_, row) => pass.status[row] === ROW.marked)).toEqual(children);
  },
);

test("children of a process whose pid another one has now are read", () => {
  const previous = tableOf([1, 7, 8, 9]);
  previous.parentPid[previous.row(8)] = 7;
  previous.parentPid[previous.row(9)] = 5;
  const pids = [1, 5, 7, 8, 9];
  const pass = new ProcessPass(previous, new ProcessTable(), Int32Array.from(pids));
  pass.status[pids.indexOf(7)] = ROW.new;
  // Nobody had this pid, so no child can be its predecessor's.
  pass.status[pids.indexOf(5)] = ROW.new;
  expect(pass.markOrphans()).toBe(1);
  expect(pids.filter((_, row) => pass.status[row] === ROW.marked)).toEqual([8]);
});

/** The rows of a pass: which are copied from the last pass, which are read, and the result for each. */
import { NO_GROUP } from "../cgroup/group_tree.ts";
import type { PidRange } from "./pid_allocation.ts";
import { type ProcessTable, isSameProcess } from "./process_table.ts";

/** The state of a row in this pass. */
export const ROW = {
  /** Copied from the last pass. */
  kept: 0,
  /** To be read. */
  marked: 1,
  /** Read, and unchanged. */
  same: 2,
  /** Read, and different. */
  changed: 3,
  /** Read for the first time: the process is new, or was hidden. */
  new: 4,
  /** The process no longer exists. */
  gone: 5,
} as const;

/** From this many ended processes on, one loop is faster than a search for each. */
const MANY = 16;

export class ProcessPass {
  readonly status: Uint8Array;
  /** The distance between the last row found in the last table and its row here: a hint for the next search. */
  private shift = 0;

  /** Copies the rows of these pids from the last table; marks the rest. */
  constructor(
    readonly previous: ProcessTable,
    readonly table: ProcessTable,
    pids: Int32Array,
  ) {
    table.reset(pids.length);
    table.length = pids.length;
    table.youngestTicks = previous.youngestTicks;
    this.status = new Uint8Array(pids.length);
    const pidsBefore = previous.pid.subarray(0, previous.length);
    let old = 0;
    let row = 0;
    while (row < pids.length) {
      const pid = pids[row]!;
      while (old < previous.length && previous.pid[old]! < pid) table.ended.push(old++);
      const count = countEqual(pidsBefore.subarray(old), pids.subarray(row));
      if (count > 0) table.carry(previous, old, count, row);
      else this.begin(row, pid);
      row += Math.max(count, 1);
      old += count;
    }
    while (old < previous.length) table.ended.push(old++);
  }

  private begin(row: number, pid: number): void {
    const { table } = this;
    table.pid[row] = pid;
    table.parentPid[row] = -1;
    table.startTicks[row] = -1;
    table.slot[row] = -1;
    table.group[row] = NO_GROUP;
    table.readInPass[row] = 0;
    table.lacksUid[row] = 0;
    this.status[row] = ROW.marked;
  }

  /** The next row from this one on that has to be read, or -1. */
  nextMarked(row: number): number {
    return this.status.indexOf(ROW.marked, row);
  }

  /** Calls `use` with each row in this state, in ascending order. */
  forEach(known: number, use: (row: number) => void): void {
    const { status } = this;
    for (let row = status.indexOf(known); row >= 0; row = status.indexOf(known, row + 1)) use(row);
  }

  /** Marks all rows that have not been read. */
  markAll(): void {
    this.forEach(ROW.kept, (row) => {
      this.status[row] = ROW.marked;
    });
  }

  /** Marks `count` rows, starting at the first pid not below `pid`. @returns the pid after the last one */
  markShare(pid: number, count: number): number {
    const { table } = this;
    let row = table.rowFrom(pid);
    for (let i = 0; i < Math.min(count, table.length); i++) {
      if (row >= table.length) row = 0;
      this.mark(row++);
    }
    return row < table.length ? table.pid[row]! : 0;
  }

  /** Marks the processes with these pids. */
  markPids({ after, last }: PidRange): void {
    const { table } = this;
    for (let row = table.rowFrom(after + 1); row < table.length && table.pid[row]! <= last; row++) {
      this.mark(row);
    }
  }

  /** Marks the processes that were read without their uid. */
  markWithoutUid(): void {
    const { lacksUid, length } = this.table;
    for (let row = lacksUid.indexOf(1); row >= 0 && row < length;) {
      this.mark(row);
      row = lacksUid.indexOf(1, row + 1);
    }
  }

  mark(row: number): void {
    if (this.status[row] === ROW.kept) this.status[row] = ROW.marked;
  }

  /** The row of the same process in the last table, or -1. */
  rowBefore(row: number): number {
    const { previous, table } = this;
    const pid = table.pid[row]!;
    let old = row + this.shift;
    if (old < 0 || old >= previous.length || previous.pid[old] !== pid) {
      old = previous.row(pid);
      if (old < 0) return -1;
      this.shift = old - row;
    }
    return old;
  }

  /**
   * Marks the processes whose parent has ended: their parent has changed without them running.
   *
   * @returns the number of marked processes
   */
  markOrphans(): number {
    const { table, previous, status } = this;
    const dead = new Set(table.ended.map((old) => previous.pid[old]!));
    this.forEach(ROW.gone, (row) => dead.add(table.pid[row]!));
    this.forEach(ROW.new, (row) => {
      // In the last pass its pid belonged to another process.
      if (this.rowBefore(row) >= 0) dead.add(table.pid[row]!);
    });
    let marked = 0;
    const consider = (row: number) => {
      if (status[row] !== ROW.kept) return;
      status[row] = ROW.marked;
      marked++;
    };
    if (dead.size > MANY) {
      for (let row = 0; row < table.length; row++)
        if (dead.has(table.parentPid[row]!)) consider(row);
      return marked;
    }
    for (const pid of dead) {
      let row = table.parentPid.indexOf(pid);
      for (; row >= 0 && row < table.length; row = table.parentPid.indexOf(pid, row + 1))
        consider(row);
    }
    return marked;
  }

  /**
   * Removes the rows of ended processes and lists the changed rows.
   *
   * @param release called with the slot of each ended process's line
   */
  finish(release: (slot: number) => void): void {
    const { table, previous } = this;
    for (const old of table.ended) release(previous.slot[old]!);
    this.forEach(ROW.gone, (row) => {
      release(table.slot[row]!);
      const old = this.rowBefore(row);
      if (old >= 0) table.ended.push(old);
    });
    for (const known of [ROW.changed, ROW.new]) {
      this.forEach(known, (row) => {
        table.changed[table.changedCount++] = row;
      });
    }
    table.changed.subarray(0, table.changedCount).sort();
    for (let i = 0; i < table.changedCount; i++) {
      const row = table.changed[i]!;
      let old = this.rowBefore(row);
      if (old >= 0 && !isSameProcess(previous, old, table, row)) {
        table.ended.push(old);
        old = -1;
      }
      table.before[i] = old;
      table.youngestTicks = Math.max(table.youngestTicks, table.startTicks[row]!);
    }
    table.ended.sort((a, b) => a - b);
    this.closeGaps();
  }

  /** Moves rows up into the places of removed ones. */
  private closeGaps(): void {
    const { table, status } = this;
    let to = status.indexOf(ROW.gone);
    if (to < 0) return;
    const changedAt = new Map<number, number>();
    for (let i = 0; i < table.changedCount; i++) changedAt.set(table.changed[i]!, i);
    for (let row = to; row < status.length;) {
      let end = row;
      while (end < status.length && status[end] !== ROW.gone) {
        const i = changedAt.get(end);
        if (i !== undefined) table.changed[i] = to + end - row;
        end++;
      }
      if (end > row) table.move(row, end - row, to);
      to += end - row;
      row = end + 1;
    }
    table.length = to;
  }
}

/** Numbers compared at a time. */
const BLOCK = 64;

/** The length of the common prefix of two lists. */
function countEqual(one: Int32Array, other: Int32Array): number {
  const length = Math.min(one.length, other.length);
  const bytes = bytesOf(one);
  const otherBytes = bytesOf(other);
  let count = 0;
  while (count + BLOCK <= length) {
    const [from, to] = [4 * count, 4 * (count + BLOCK)];
    if (bytes.compare(otherBytes, from, to, from, to) !== 0) break;
    count += BLOCK;
  }
  while (count < length && one[count] === other[count]) count++;
  return count;
}

/** The same memory, which a buffer compares natively. */
export function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

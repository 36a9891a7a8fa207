/**
 * What control groups show about the rows of a pass: which processes have not run, and whether the groups are
 * consistent with the rows read.
 */
import { NO_GROUP, ROOT_GROUP, type TreeReading } from "../cgroup/group_tree.ts";
import { type ProcessPass, ROW, bytesOf } from "./process_pass.ts";
import { TICKS_PER_SECOND } from "./auxv.ts";
import { isSameProcess } from "./process_table.ts";

/** CPU time of a group that may be missing in its rows, since each row is rounded down to a tick. */
const UNEXPLAINED_MICROS = 20_000;

const MICROS_PER_TICK = 10_000;

/** Most ancestors followed: parents read while processes end can contain a loop. */
const MAX_ANCESTORS = 64;

export class GroupEvidence {
  private readonly listed: Int32Array[] = [];
  /**
   * Microseconds by which the rows of a group are ahead of it: rows are read later than the group, and the time used in
   * between is in the group's growth of the next pass.
   */
  readonly ahead = new Map<number, number>();

  /** Marks the processes of groups that have run, and those without a readable group. */
  constructor(
    private readonly pass: ProcessPass,
    private readonly reading: TreeReading,
  ) {
    const { group } = pass.table;
    const { changes, root, isFirst } = reading;
    if (isFirst) group.fill(NO_GROUP);
    const rowsBefore = changes.map(({ before }) => this.rowsOf(before));
    for (const [i, { id }] of changes.entries()) {
      for (const row of rowsBefore[i]!) {
        if (row < 0 || group[row] !== id) continue;
        group[row] = NO_GROUP;
        pass.mark(row);
      }
    }
    for (const [i, { id, before, now }] of changes.entries()) {
      this.list(id, isEqual(before, now) ? rowsBefore[i]! : this.rowsOf(now));
    }
    this.list(ROOT_GROUP, this.rowsOf(root));
    for (const id of [NO_GROUP, ROOT_GROUP]) {
      for (let row = group.indexOf(id); row >= 0 && row < pass.table.length;) {
        pass.mark(row);
        row = group.indexOf(id, row + 1);
      }
    }
  }

  private list(id: number, rows: Int32Array): void {
    for (const row of rows) {
      if (row < 0) continue;
      this.pass.table.group[row] = id;
      this.pass.mark(row);
    }
    this.listed.push(rows);
  }

  private rowsOf(pids: Int32Array): Int32Array {
    const { table } = this.pass;
    const rows = new Int32Array(pids.length);
    let next = 0;
    for (let i = 0; i < pids.length; i++) {
      const pid = pids[i]!;
      // A group lists its processes in the order in which they joined, so the next pid is often the next row.
      const row = next < table.length && table.pid[next] === pid ? next : table.row(pid);
      rows[i] = row;
      if (row >= 0) next = row + 1;
    }
    return rows;
  }

  /**
   * Whether a group used more CPU time than its rows account for: then a process ran in it and left it, and its row may
   * be among those not read.
   *
   * @param ahead the value of `ahead` in the last pass
   */
  lacksGrowth(ahead: ReadonlyMap<number, number>): boolean {
    const { table, previous } = this.pass;
    const ticks = new Map<number, number>();
    const add = (group: number, amount: number) =>
      ticks.set(group, (ticks.get(group) ?? 0) + amount);
    for (const known of [ROW.changed, ROW.new]) {
      this.pass.forEach(known, (row) => add(table.group[row]!, this.growth(row)));
    }
    for (const old of table.ended) {
      // The process that reaped it now has its whole time, part of which was counted before.
      const reaper = this.livingAncestor(old);
      const group = previous.group[old]!;
      if (reaper < 0 || table.group[reaper] !== group) continue;
      add(group, -(previous.ownTicks[old]! + previous.reapedTicks[old]!));
    }
    let unexplained = 0;
    for (const [id, grown] of this.reading.grownMicros) {
      const missing = grown - (ticks.get(id) ?? 0) * MICROS_PER_TICK - (ahead.get(id) ?? 0);
      if (missing > UNEXPLAINED_MICROS) unexplained += missing;
      else if (missing < 0) this.ahead.set(id, -missing);
    }
    // Processes in groups that are not followed appear in the growth of the groups above them.
    return unexplained > UNEXPLAINED_MICROS + (ticks.get(NO_GROUP) ?? 0) * MICROS_PER_TICK;
  }

  /** The growth of a row in ticks; unknown for an old process that was hidden. */
  private growth(row: number): number {
    const { table, previous } = this.pass;
    const ticks = table.ownTicks[row]! + table.reapedTicks[row]!;
    const old = this.pass.rowBefore(row);
    if (old >= 0 && isSameProcess(previous, old, table, row)) {
      return ticks - previous.ownTicks[old]! - previous.reapedTicks[old]!;
    }
    return table.startTicks[row]! >= previous.youngestTicks - TICKS_PER_SECOND ? ticks : 0;
  }

  private livingAncestor(old: number): number {
    const { table, previous } = this.pass;
    for (let steps = 0; steps < MAX_ANCESTORS; steps++) {
      const parentPid = previous.parentPid[old]!;
      const row = table.row(parentPid);
      old = previous.row(parentPid);
      if (old < 0) return -1;
      if (row >= 0 && isSameProcess(previous, old, table, row)) return row;
    }
    return -1;
  }

  /**
   * A zombie, or a process without a visible parent, can change without any growth of its group, so the next pass reads
   * it again.
   */
  withdraw(): void {
    const { table } = this.pass;
    let parentPid = 0;
    let isThere = true;
    for (const rows of this.listed) {
      for (const row of rows) {
        if (row < 0) continue;
        if (table.parentPid[row] !== parentPid) {
          parentPid = table.parentPid[row]!;
          isThere = parentPid === 0 || table.row(parentPid) >= 0;
        }
        if (!isThere || table.isDead(row)) table.group[row] = NO_GROUP;
      }
    }
  }
}

function isEqual(one: Int32Array, other: Int32Array): boolean {
  return bytesOf(one).equals(bytesOf(other));
}

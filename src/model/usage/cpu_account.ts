import {
  type ProcessTable,
  TICKS_PER_SECOND,
  isSameProcess,
} from "../../sources/proc/process_table.ts";
import { type Reaper, findReapers, sharesOf, takeFromAncestors } from "./reapers.ts";

/** CPU ticks by uid. */
export type TicksByUid = Map<number, number>;

/** The counters of so many users are kept who have no process any more: those who were here last. */
export const MAX_GONE = 1000;

/**
 * Adds up what each user's processes used between two passes over `/proc`, those included that came
 * and went in between: the kernel adds a child's whole time to its parent's `cutime` and `cstime` when
 * the parent waits for it (man 5 proc_pid_stat).
 *
 * What a parent reaped is charged to the users of its children that were seen alive (root's sshd reaps
 * its users' processes), less what was counted while they lived; else to the parent's user. A child
 * whose parent ignores SIGCHLD is in nobody's figure: it counts as far as it was seen.
 */
export class CpuAccount {
  private readonly total: TicksByUid = new Map();
  /** Per row of the current table: growth of the reaped ticks. */
  private reapedGrowth = new Float64Array(0);
  /** Users whose processes have all ended, in the order in which that was seen. */
  private readonly gone = new Set<number>();
  /** What was counted for processes that nobody had reaped at the last sample, by the pid that will. */
  private owed = new Map<number, number>();

  /** All that was used since the first pass, by uid; most users stay in it when their processes end. */
  get ticksByUid(): ReadonlyMap<number, number> {
    return this.total;
  }

  /** The first pass is only where counting begins. Users who have processes then are known, with 0. */
  begin(current: ProcessTable): void {
    for (let row = 0; row < current.length; row++) this.charge(current.uid[row]!, 0);
  }

  /** Counts what was used between two passes. */
  advance(previous: ProcessTable, current: ProcessTable): void {
    if (this.reapedGrowth.length < current.length) {
      this.reapedGrowth = new Float64Array(current.pid.length);
    }
    const dead = this.chargeLiving(previous, current);
    const reapers = findReapers(previous, current, dead, this.reapedGrowth, this.owed);
    this.chargeReaped(current, reapers);
    this.forgetGone(current);
  }

  /** Any user has tens of thousands of uids to run a process as (man 5 subuid), one after the other. */
  private forgetGone(current: ProcessTable): void {
    const present = new Set(current.uid.subarray(0, current.length));
    for (const uid of this.total.keys()) {
      if (present.has(uid)) this.gone.delete(uid);
      else this.gone.add(uid);
    }
    for (const uid of this.gone) {
      if (this.gone.size <= MAX_GONE) return;
      this.gone.delete(uid);
      this.total.delete(uid);
    }
  }

  private charge(uid: number, ticks: number): void {
    this.total.set(uid, (this.total.get(uid) ?? 0) + ticks);
  }

  /** @returns the rows of the previous pass whose processes have ended; both tables are sorted by pid */
  private chargeLiving(previous: ProcessTable, current: ProcessTable): number[] {
    const dead: number[] = [];
    const newSince = newProcessesSince(previous);
    let old = 0;
    for (let row = 0; row < current.length; row++) {
      const pid = current.pid[row]!;
      while (old < previous.length && previous.pid[old]! < pid) dead.push(old++);
      let ownBefore = 0;
      let reapedBefore = 0;
      if (isSameProcess(previous, old, current, row)) {
        ownBefore = previous.ownTicks[old]!;
        reapedBefore = previous.reapedTicks[old]!;
        old++;
      } else if (current.startTicks[row]! < newSince) {
        // It was there but not visible to us: what it used before is not known to be recent.
        ownBefore = current.ownTicks[row]!;
        reapedBefore = current.reapedTicks[row]!;
      }
      this.charge(current.uid[row]!, Math.max(0, current.ownTicks[row]! - ownBefore));
      this.reapedGrowth[row] = Math.max(0, current.reapedTicks[row]! - reapedBefore);
    }
    while (old < previous.length) dead.push(old++);
    return dead;
  }

  private chargeReaped(current: ProcessTable, reapers: Map<number, Reaper>): void {
    this.owed = new Map();
    for (const reaper of reapers.values()) {
      if (reaper.uncountedTicks >= 0) continue;
      const missing = takeFromAncestors(current, reapers, reaper);
      // Kept for one sample only: who ignores SIGCHLD never reaps, and must not owe for ever.
      if (missing > 0) this.owed.set(current.pid[reaper.row]!, missing);
    }
    for (const { row, uncountedTicks, families } of reapers.values()) {
      if (uncountedTicks <= 0) continue;
      const uid = current.uid[row]!;
      for (const [payer, share] of sharesOf(uid, families)) {
        this.charge(payer, uncountedTicks * share);
      }
    }
  }
}

/**
 * The start from which on a process counts as new: a pass may miss what begins while it runs, so this is
 * a second before the youngest one that it found.
 */
function newProcessesSince(table: ProcessTable): number {
  let youngest = 0;
  for (let row = 0; row < table.length; row++)
    youngest = Math.max(youngest, table.startTicks[row]!);
  return youngest - TICKS_PER_SECOND;
}

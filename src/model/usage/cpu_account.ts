import { TICKS_PER_SECOND } from "../../sources/proc/auxv.ts";
import type { ProcessTable } from "../../sources/proc/process_table.ts";
import { type Reaper, findReapers, sharesOf, takeFromAncestors } from "./reapers.ts";

/** CPU ticks by uid. */
export type TicksByUid = Map<number, number>;

/** Whoever has processes now, by uid. */
type PresentUsers = ReadonlyMap<number, unknown>;

/** The most users without a process whose counters are kept: those who were here last. */
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
  /** Users whose processes have all ended, in the order in which that was seen. */
  private readonly gone = new Set<number>();
  /** What was counted for processes that nobody had reaped at the last sample, by the pid that will. */
  private owed = new Map<number, number>();

  /** All that was used since the first pass, by uid; most users stay in it when their processes end. */
  get ticksByUid(): ReadonlyMap<number, number> {
    return this.total;
  }

  /**
   * The first pass is only where counting begins.
   *
   * @param present the users who have processes; they are known from now on, with 0
   */
  begin(present: PresentUsers): void {
    for (const uid of present.keys()) this.charge(uid, 0);
  }

  /** Counts what was used between two passes. */
  advance(previous: ProcessTable, current: ProcessTable, present: PresentUsers): void {
    const reapedGrowth = this.chargeLiving(previous, current);
    const reapers = findReapers(previous, current, reapedGrowth, this.owed);
    this.chargeReaped(current, reapers);
    this.forgetGone(present);
  }

  /** Any user has tens of thousands of uids to run a process as (man 5 subuid), one after the other. */
  private forgetGone(present: PresentUsers): void {
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

  /** @returns by how much the reaped ticks of processes have grown, by row */
  private chargeLiving(previous: ProcessTable, current: ProcessTable): Map<number, number> {
    const reapedGrowth = new Map<number, number>();
    // A pass may miss what begins while it runs.
    const newSince = previous.youngestTicks - TICKS_PER_SECOND;
    for (let i = 0; i < current.changedCount; i++) {
      const row = current.changed[i]!;
      const old = current.before[i]!;
      let own = current.ownTicks[row]!;
      let reaped = current.reapedTicks[row]!;
      if (old >= 0) {
        own -= previous.ownTicks[old]!;
        reaped -= previous.reapedTicks[old]!;
      } else if (current.startTicks[row]! < newSince) {
        // It was there but not visible to us: what it used before is not known to be recent.
        own = 0;
        reaped = 0;
      }
      this.charge(current.uid[row]!, Math.max(0, own));
      if (reaped > 0) reapedGrowth.set(row, reaped);
    }
    return reapedGrowth;
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

import { TICKS_PER_SECOND } from "../../sources/proc/auxv.ts";
import type { ProcessTable } from "../../sources/proc/process_table.ts";
import { type Reaper, findReapers, sharesOf, takeFromAncestors } from "./reapers.ts";

/** CPU ticks by uid. */
export type TicksByUid = Map<number, number>;

/** The users with processes now, by uid. */
type PresentUsers = ReadonlyMap<number, unknown>;

/** Most users without a process whose counters are kept: those seen last. */
export const MAX_GONE = 1000;

/**
 * Adds up the CPU time of each user's processes between two passes over `/proc`, including processes that started and
 * ended in between: the kernel adds a child's whole time to its parent's `cutime` and `cstime` when the parent waits
 * for it (man 5 proc_pid_stat).
 *
 * The time of reaped children is charged to the users of those children that were seen alive (root's sshd reaps its
 * users' processes), less what was counted during their life; else to the parent's user. A child whose parent ignores
 * SIGCHLD is added to no parent, so only what was seen of it counts.
 */
export class CpuAccount {
  private readonly total: TicksByUid = new Map();
  /** Users whose processes have all ended, in order of detection. */
  private readonly gone = new Set<number>();
  /** Ticks counted for processes not yet reaped at the last sample, by the pid of the future reaper. */
  private owed = new Map<number, number>();

  /** All ticks since the first pass, by uid; most users are kept when their processes end. */
  get ticksByUid(): ReadonlyMap<number, number> {
    return this.total;
  }

  /**
   * Starts counting at the first pass.
   *
   * @param present the users who have processes; each starts at 0
   */
  begin(present: PresentUsers): void {
    for (const uid of present.keys()) this.charge(uid, 0);
  }

  /** Counts the ticks used between two passes. */
  advance(previous: ProcessTable, current: ProcessTable, present: PresentUsers): void {
    const reapedGrowth = this.chargeLiving(previous, current);
    const reapers = findReapers(previous, current, reapedGrowth, this.owed);
    this.chargeReaped(current, reapers);
    this.forgetGone(present);
  }

  /** Drops the users gone for longest: one user can run processes as tens of thousands of uids (man 5 subuid). */
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

  /** @returns the growth of each process's reaped ticks, by row */
  private chargeLiving(previous: ProcessTable, current: ProcessTable): Map<number, number> {
    const reapedGrowth = new Map<number, number>();
    // A pass may miss a process that starts during it.
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
        // The process existed but was not visible: its earlier ticks may be old.
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
      // Kept for one sample only: a parent that ignores SIGCHLD never reaps, and must not owe ticks for ever.
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

import { type ProcessTable, TICKS_PER_SECOND } from "../../sources/process_table.ts";

/** CPU ticks by uid. */
export type TicksByUid = Map<number, number>;

/** The counters of so many users are kept who have no process any more: those who were here last. */
export const MAX_GONE = 1000;

/** Processes that have ended since the sample before, below one dead child of a live process. */
interface DeadFamily {
  /** What was counted already for its members: it comes again in the reaper's figure. */
  countedTicks: number;
  /** How its members share what was not counted. One seen too young to have used a tick weighs 1. */
  weightByUid: Map<number, number>;
}

/** What a live process has reaped since the sample before, and whom that can have been. */
interface Reaper {
  row: number;
  /** Growth of its reaped ticks, less what was counted already. Negative: it has not reaped them yet. */
  uncountedTicks: number;
  families: DeadFamily[];
}

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
    this.chargeReaped(current, this.findReapers(previous, current, dead));
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
      if (isSame(previous, old, current, row)) {
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

  /** Groups the dead by the nearest ancestor that lives, which is who reaps them in the end. */
  private findReapers(
    previous: ProcessTable,
    current: ProcessTable,
    dead: number[],
  ): Map<number, Reaper> {
    const reapers = new Map<number, Reaper>();
    const families = new Map<number, DeadFamily>();
    const reaperAt = (row: number) => {
      let reaper = reapers.get(row);
      if (!reaper) {
        const pid = current.pid[row]!;
        const uncountedTicks = this.reapedGrowth[row]! - (this.owed.get(pid) ?? 0);
        reaper = { row, uncountedTicks, families: [] };
        reapers.set(row, reaper);
      }
      return reaper;
    };
    for (let row = 0; row < current.length; row++) if (this.reapedGrowth[row]! > 0) reaperAt(row);
    for (const member of dead) {
      const { topmost, reaperRow } = climb(previous, current, member);
      if (reaperRow < 0) continue;
      const reaper = reaperAt(reaperRow);
      let family = families.get(topmost);
      if (!family) {
        family = { countedTicks: 0, weightByUid: new Map() };
        families.set(topmost, family);
        reaper.families.push(family);
      }
      const countedTicks = previous.ownTicks[member]! + previous.reapedTicks[member]!;
      family.countedTicks += countedTicks;
      reaper.uncountedTicks -= countedTicks;
      const uid = previous.uid[member]!;
      family.weightByUid.set(uid, (family.weightByUid.get(uid) ?? 0) + countedTicks + 1);
    }
    return reapers;
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

function isSame(a: ProcessTable, rowA: number, b: ProcessTable, rowB: number): boolean {
  return (
    rowA < a.length && a.pid[rowA] === b.pid[rowB] && a.startTicks[rowA] === b.startTicks[rowB]
  );
}

/** The last dead process on the way up from a dead one, and the row of the live one above it, or -1. */
function climb(previous: ProcessTable, current: ProcessTable, member: number) {
  let topmost = member;
  for (let steps = 0; steps < 64; steps++) {
    const parentPid = previous.parentPid[topmost]!;
    const parent = previous.row(parentPid);
    const row = current.row(parentPid);
    if (row >= 0 && parent >= 0 && isSame(previous, parent, current, row)) {
      return { topmost, reaperRow: row };
    }
    if (parent < 0) break;
    topmost = parent;
  }
  return { topmost, reaperRow: -1 };
}

/**
 * A child whose parent died first was handed to init or a subreaper further up, which reaped it in the
 * parent's stead. Takes from their figures what this one lacks; returns what is lacking still.
 */
function takeFromAncestors(
  current: ProcessTable,
  reapers: Map<number, Reaper>,
  reaper: Reaper,
): number {
  let missing = -reaper.uncountedTicks;
  let row = reaper.row;
  for (let steps = 0; missing > 0 && steps < 64; steps++) {
    row = current.row(current.parentPid[row]!);
    if (row < 0) break;
    const ancestor = reapers.get(row);
    const taken = Math.min(missing, Math.max(0, ancestor?.uncountedTicks ?? 0));
    if (ancestor) ancestor.uncountedTicks -= taken;
    missing -= taken;
  }
  return missing;
}

/**
 * How the ticks that a reaper's figure holds beyond what was counted are shared: between families by
 * what they are known to have used, and within a family among the users that are not the reaper's,
 * for those between (sshd's monitor, cron, sudo) do little but wait.
 */
function sharesOf(reaperUid: number, families: DeadFamily[]): [number, number][] {
  if (families.length === 0) return [[reaperUid, 1]];
  const whole = families.reduce((sum, family) => sum + family.countedTicks + 1, 0);
  return families.flatMap(({ countedTicks, weightByUid }) => {
    const others = [...weightByUid].filter(([uid]) => uid !== reaperUid);
    const payers: [number, number][] = others.length > 0 ? others : [[reaperUid, 1]];
    const weights = payers.reduce((sum, [, weight]) => sum + weight, 0);
    const familyShare = (countedTicks + 1) / whole;
    return payers.map(([uid, weight]): [number, number] => [uid, (familyShare * weight) / weights]);
  });
}

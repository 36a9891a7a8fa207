/** Finds who reaped the processes that ended between two passes over `/proc`, and which users their time belongs to. */
import { type ProcessTable, isSameProcess } from "../../sources/proc/process_table.ts";

/** Most ancestors followed: parents read while processes end can contain a loop. */
const MAX_ANCESTORS = 64;

/** Processes that ended since the last sample: a dead child of a live process, and its dead descendants. */
export interface DeadFamily {
  /** Ticks already counted for its members, which appear again in the reaper's reaped ticks. */
  countedTicks: number;
  /** How its members share the uncounted ticks: the ticks counted before, plus 1 for each member. */
  weightByUid: Map<number, number>;
}

/** A live process, what it has reaped since the last sample, and the dead families that it may have reaped. */
export interface Reaper {
  row: number;
  /**
   * The growth of its reaped ticks, less the ticks already counted. Negative when it has not reaped all of them yet.
   */
  uncountedTicks: number;
  families: DeadFamily[];
}

/**
 * Groups dead processes by their nearest live ancestor, which finally reaps them.
 *
 * @param reapedGrowth the growth of live processes' reaped ticks by row, without those that did not grow
 * @param owed ticks counted before the last sample that will appear again in a growth, by the reaper's pid
 * @returns by row: the processes with dead descendants or with reaped ticks
 */
export function findReapers(
  previous: ProcessTable,
  current: ProcessTable,
  reapedGrowth: ReadonlyMap<number, number>,
  owed: ReadonlyMap<number, number>,
): Map<number, Reaper> {
  const reapers = new Map<number, Reaper>();
  const families = new Map<number, DeadFamily>();
  const reaperAt = (row: number) => {
    let reaper = reapers.get(row);
    if (!reaper) {
      const uncountedTicks = (reapedGrowth.get(row) ?? 0) - (owed.get(current.pid[row]!) ?? 0);
      reaper = { row, uncountedTicks, families: [] };
      reapers.set(row, reaper);
    }
    return reaper;
  };
  for (const row of reapedGrowth.keys()) reaperAt(row);
  for (const member of current.ended) {
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

/** Climbs from a dead process to its topmost dead ancestor, and to the row of the live process above it, or -1. */
function climb(previous: ProcessTable, current: ProcessTable, member: number) {
  let topmost = member;
  for (let steps = 0; steps < MAX_ANCESTORS; steps++) {
    const parentPid = previous.parentPid[topmost]!;
    const parent = previous.row(parentPid);
    const row = current.row(parentPid);
    if (row >= 0 && parent >= 0 && isSameProcess(previous, parent, current, row)) {
      return { topmost, reaperRow: row };
    }
    if (parent < 0) break;
    topmost = parent;
  }
  return { topmost, reaperRow: -1 };
}

/**
 * An orphan is reaped by init or a subreaper further up instead of its parent. Takes the ticks that a reaper lacks from
 * its ancestors' uncounted ticks. @returns the ticks still missing
 */
export function takeFromAncestors(
  current: ProcessTable,
  reapers: Map<number, Reaper>,
  reaper: Reaper,
): number {
  let missing = -reaper.uncountedTicks;
  let row = reaper.row;
  for (let steps = 0; missing > 0 && steps < MAX_ANCESTORS; steps++) {
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
 * How a reaper's uncounted ticks are shared: between families in proportion to their known ticks, and within a family
 * among the users other than the reaper's, since the processes in between (sshd's monitor, cron, sudo) mostly wait.
 * @returns pairs of uid and share; the shares add up to 1
 */
export function sharesOf(reaperUid: number, families: DeadFamily[]): [number, number][] {
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

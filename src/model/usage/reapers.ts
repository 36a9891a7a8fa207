/** Who reaps the processes that have ended between two passes over `/proc`, and whose their time was. */
import { type ProcessTable, isSameProcess } from "../../sources/proc/process_table.ts";

/** Processes that have ended since the sample before, below one dead child of a live process. */
export interface DeadFamily {
  /** What was counted already for its members: it comes again in the reaper's figure. */
  countedTicks: number;
  /** How its members share what was not counted. One seen too young to have used a tick weighs 1. */
  weightByUid: Map<number, number>;
}

/** What a live process has reaped since the sample before, and whom that can have been. */
export interface Reaper {
  row: number;
  /** Growth of its reaped ticks, less what was counted already. Negative: it has not reaped them yet. */
  uncountedTicks: number;
  families: DeadFamily[];
}

/**
 * Groups the dead by the nearest ancestor that lives, which is who reaps them in the end.
 *
 * @param reapedGrowth how much the reaped ticks of live processes grew, by row; those that did not are left out
 * @param owed what was counted at the sample before and comes again in such a growth, by the reaper's pid
 * @returns by row: whoever has dead, or has reaped something
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

/** The last dead process on the way up from a dead one, and the row of the live one above it, or -1. */
function climb(previous: ProcessTable, current: ProcessTable, member: number) {
  let topmost = member;
  for (let steps = 0; steps < 64; steps++) {
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
 * A child whose parent died first was handed to init or a subreaper further up, which reaped it in the
 * parent's stead. Takes from their figures what this one lacks; returns what is lacking still.
 */
export function takeFromAncestors(
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

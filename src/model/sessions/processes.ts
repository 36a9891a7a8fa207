import type { UtmpLogin } from "../../sources/logins/utmp.ts";
import { readArguments } from "../../sources/proc/pid_cmdline.ts";
import { readStatus } from "../../sources/proc/pid_status.ts";
import { TICKS_PER_SECOND } from "../../sources/proc/auxv.ts";
import type { HostIndex } from "./host_index.ts";

/**
 * Login records are written a moment after the process began, and the boot time is cut to a whole
 * second: a process that seems younger than its record by no more than this is still the same one.
 */
const START_SLACK_SECONDS = 3;

/** A chain of parents that is read while processes die can close on itself. */
const MAX_ANCESTORS = 64;

/** False under hidepid: a pid that is not listed may be alive all the same. */
export function seesAllProcesses({ records }: HostIndex): boolean {
  return records.table.row(1) >= 0;
}

/** Whether anything tells of sessions here. Where nothing does, that none are seen means nothing. */
export function knowsSessions(host: HostIndex): boolean {
  const { logind, utmp } = host.records;
  return seesAllProcesses(host) || logind !== undefined || utmp !== undefined;
}

/**
 * The arguments of a row's process, a title in the first; empty when they can't be read. Its owner
 * chooses them, so they are asked for last: after its parent, its user and its namespaces.
 */
export function argumentsOf({ records }: HostIndex, row: number): string[] {
  return readArguments(records.root, records.table.pid[row]!) ?? [];
}

/** When a row's process started, in seconds since the epoch. */
export function startSeconds({ records }: HostIndex, row: number): number {
  return records.bootTimeSeconds + records.table.startTicks[row]! / TICKS_PER_SECOND;
}

/**
 * Whether the process that a record of that time speaks of still runs: a pid that is gone, a zombie,
 * or a pid given to a younger process means no. Where processes are hidden the record is believed.
 *
 * When the clock is set forward, every process seems younger than it is: then something else has to
 * tell that it is the record's.
 *
 * @param isRecords whether a process that seems too young is the record's all the same
 */
export function isAlive(
  host: HostIndex,
  pid: number,
  recordSeconds: number | undefined,
  isRecords: () => boolean,
): boolean {
  const { table } = host.records;
  const row = table.row(pid);
  if (row < 0) return !seesAllProcesses(host);
  if (table.isDead(row)) return false;
  const latest = (recordSeconds ?? Infinity) + START_SLACK_SECONDS;
  return startSeconds(host, row) <= latest || isRecords();
}

/** Whether the process of a utmp entry still runs. */
export function isLoginAlive(host: HostIndex, { pid, line, timeSeconds }: UtmpLogin): boolean {
  return isAlive(host, pid, timeSeconds, () => holdsTty(host, pid, line));
}

/**
 * Whether the oldest process on a terminal is this one or descends from it. The others need no look:
 * they are on it because the oldest one gave it to them.
 */
function holdsTty(host: HostIndex, pid: number, tty: string): boolean {
  const oldest = host.rowsOnTty(tty)[0];
  if (oldest === undefined) return false;
  for (const ancestor of lineage(host, host.records.table.pid[oldest]!)) {
    if (ancestor === pid) return true;
  }
  return false;
}

/**
 * Whether a process is its user's own, and this host's. One that somebody started set-uid can bear any
 * name and title, and has the owner's rights until it ends; and one in a container serves the container.
 */
export function isGenuine({ records }: HostIndex, row: number): boolean {
  const status = readStatus(records.root, records.table.pid[row]!);
  if (status === undefined || status.pidNamespaces !== 1) return false;
  return status.uids.every((uid) => uid === status.uids[0]);
}

/** The pids of a process and its ancestors, itself first. */
export function* lineage({ records }: HostIndex, pid: number): Generator<number> {
  const { table } = records;
  for (let steps = 0; pid > 0 && steps < MAX_ANCESTORS; steps++) {
    yield pid;
    const row = table.row(pid);
    if (row < 0) return;
    pid = table.parentPid[row]!;
  }
}

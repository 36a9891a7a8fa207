import type { UtmpLogin } from "../../sources/logins/utmp.ts";
import { readArguments } from "../../sources/proc/pid_cmdline.ts";
import { readStatus } from "../../sources/proc/pid_status.ts";
import { TICKS_PER_SECOND } from "../../sources/proc/auxv.ts";
import type { HostIndex } from "./host_index.ts";

/**
 * Login records are written just after the process started, and the boot time has a resolution of a second: a process
 * that seems younger than its record by at most this is still the same one.
 */
const START_SLACK_SECONDS = 3;

/** Most ancestors followed: a chain of parents read while processes end can contain a loop. */
const MAX_ANCESTORS = 64;

/** False with hidepid: then a pid that is not listed may still be alive. */
export function seesAllProcesses({ records }: HostIndex): boolean {
  return records.table.row(1) >= 0;
}

/** Whether any source of sessions is readable. Without one, an empty list does not mean that there are no sessions. */
export function knowsSessions(host: HostIndex): boolean {
  const { logind, utmp } = host.records;
  return seesAllProcesses(host) || logind !== undefined || utmp !== undefined;
}

/**
 * The arguments of a row's process, with a title in the first; empty when they can't be read. Its owner chooses them,
 * so check its parent, user and namespaces first.
 */
export function argumentsOf({ records }: HostIndex, row: number): string[] {
  return readArguments(records.root, records.table.pid[row]!) ?? [];
}

/** When a row's process started, in seconds since the epoch. */
export function startSeconds({ records }: HostIndex, row: number): number {
  return records.bootTimeSeconds + records.table.startTicks[row]! / TICKS_PER_SECOND;
}

/**
 * Whether the process named in a record of that time still runs: not when the pid is gone, a zombie, or reused by a
 * younger process. Where processes are hidden, the record is trusted.
 *
 * After the clock was set forward, every process seems younger than it is: then `isRecords` decides.
 *
 * @param isRecords whether a process that seems too young is still the record's
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
 * Whether the oldest process on a terminal is this one or descends from it. The other processes inherited the terminal
 * from the oldest, so they need no check.
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
 * Whether a process was started by its own user, on this host. Any user can start a set-uid program under any name and
 * title, and a process in a container serves that container.
 */
export function isGenuine({ records }: HostIndex, row: number): boolean {
  const status = readStatus(records.root, records.table.pid[row]!);
  if (status === undefined || status.pidNamespaces !== 1) return false;
  return status.uids.every((uid) => uid === status.uids[0]);
}

/** The pids of a process and its ancestors, starting with its own. */
export function* lineage({ records }: HostIndex, pid: number): Generator<number> {
  const { table } = records;
  for (let steps = 0; pid > 0 && steps < MAX_ANCESTORS; steps++) {
    yield pid;
    const row = table.row(pid);
    if (row < 0) return;
    pid = table.parentPid[row]!;
  }
}

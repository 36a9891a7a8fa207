import type { LogindSession } from "../../sources/logins/logind.ts";
import { type TtyNode, statTty } from "../../sources/logins/tty.ts";
import { ttyName } from "../../sources/proc/pid_stat.ts";
import { readArguments } from "../../sources/proc/pid_cmdline.ts";
import { readStatus } from "../../sources/proc/pid_status.ts";
import type { TcpSocket } from "../../sources/proc/net_tcp.ts";
import type { UnixConnections } from "../../sources/proc/net_unix.ts";
import { type ProcessTable, TICKS_PER_SECOND } from "../../sources/proc/process_table.ts";
import type { Root } from "../../sources/root.ts";
import type { UtmpLogin } from "../../sources/logins/utmp.ts";
import type { Accounts } from "../accounts.ts";

/**
 * Login records are written a moment after the process began, and the boot time is cut to a whole
 * second: a process that seems younger than its record by no more than this is still the same one.
 */
const START_SLACK_SECONDS = 3;

/** What the sources say of one moment; a source that could not be read is undefined. */
export interface Sources {
  root: Root;
  table: ProcessTable;
  bootTimeSeconds: number;
  accounts: Accounts;
  sshPorts: ReadonlySet<number>;
  tcp: TcpSocket[] | undefined;
  unix: UnixConnections | undefined;
  utmp: UtmpLogin[] | undefined;
  logind: LogindSession[] | undefined;
}

/** The sources, and the questions that several steps of the join ask of them. */
export class HostView {
  private readonly titles = new Map<number, string[] | undefined>();
  private readonly ttys = new Map<string, TtyNode | undefined>();
  private rowsByParent: Map<number, number[]> | undefined;

  /** False under hidepid: a pid that is not listed may be alive all the same. */
  readonly seesAllProcesses: boolean;

  /** Whether anything tells of sessions here. Where nothing does, that none are seen means nothing. */
  get knowsSessions(): boolean {
    const { logind, utmp } = this.sources;
    return this.seesAllProcesses || logind !== undefined || utmp !== undefined;
  }

  constructor(readonly sources: Sources) {
    this.seesAllProcesses = sources.table.row(1) >= 0;
  }

  /** The arguments of a row's process, a title in the first; empty when they can't be read. */
  arguments(row: number): string[] {
    if (!this.titles.has(row)) {
      const pid = this.sources.table.pid[row]!;
      this.titles.set(row, readArguments(this.sources.root, pid));
    }
    return this.titles.get(row) ?? [];
  }

  tty(name: string): TtyNode | undefined {
    if (!this.ttys.has(name)) this.ttys.set(name, statTty(this.sources.root, name));
    return this.ttys.get(name);
  }

  /** When a row's process started, in seconds since the epoch. */
  startSeconds(row: number): number {
    return this.sources.bootTimeSeconds + this.sources.table.startTicks[row]! / TICKS_PER_SECOND;
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
  isAlive(pid: number, recordSeconds: number | undefined, isRecords: () => boolean): boolean {
    const { table } = this.sources;
    const row = table.row(pid);
    if (row < 0) return !this.seesAllProcesses;
    if (table.isDead(row)) return false;
    const latest = (recordSeconds ?? Infinity) + START_SLACK_SECONDS;
    return this.startSeconds(row) <= latest || isRecords();
  }

  /** Whether the process of a utmp entry still runs. */
  isLoginAlive({ pid, line, timeSeconds }: UtmpLogin): boolean {
    return this.isAlive(pid, timeSeconds, () => this.holdsTerminal(pid, line));
  }

  /** Whether a process, or one that descends from it, has this controlling terminal. */
  private holdsTerminal(pid: number, name: string): boolean {
    const { table } = this.sources;
    for (let row = 0; row < table.length; row++) {
      if (table.ttyNumber[row] === 0 || ttyName(table.ttyNumber[row]!) !== name) continue;
      for (const ancestor of this.lineage(table.pid[row]!)) if (ancestor === pid) return true;
    }
    return false;
  }

  /**
   * Whether a process is its user's own, and this host's. One that somebody started set-uid can bear any
   * name and title, and has the owner's rights until it ends; and one in a container serves the container.
   */
  isGenuine(row: number): boolean {
    const { root, table } = this.sources;
    const status = readStatus(root, table.pid[row]!);
    return status !== undefined && status.pidNamespaces === 1 && new Set(status.uids).size === 1;
  }

  /** The rows of a process's children. */
  children(pid: number): readonly number[] {
    this.rowsByParent ??= this.groupByParent();
    return this.rowsByParent.get(pid) ?? [];
  }

  private groupByParent(): Map<number, number[]> {
    const { table } = this.sources;
    const groups = new Map<number, number[]>();
    for (let row = 0; row < table.length; row++) {
      if (table.isDead(row)) continue;
      const parentPid = table.parentPid[row]!;
      const group = groups.get(parentPid);
      if (group) group.push(row);
      else groups.set(parentPid, [row]);
    }
    return groups;
  }

  /** The pids of a process and its ancestors, itself first. */
  *lineage(pid: number): Generator<number> {
    const { table } = this.sources;
    // A chain read while processes die can close on itself, so its length is bounded.
    for (let steps = 0; pid > 0 && steps < 64; steps++) {
      yield pid;
      const row = table.row(pid);
      if (row < 0) return;
      pid = table.parentPid[row]!;
    }
  }
}

import type { LogindSession } from "../../sources/logins/logind.ts";
import { type TtyNode, statTty } from "../../sources/logins/tty.ts";
import type { UtmpLogin } from "../../sources/logins/utmp.ts";
import { parseCgroupSession, readCgroup } from "../../sources/proc/pid_session.ts";
import { ttyName } from "../../sources/proc/pid_stat.ts";
import type { ProcessTable } from "../../sources/proc/process_table.ts";
import type { TcpSocket } from "../../sources/proc/tcp_sockets.ts";
import type { HostRecords } from "./host_records.ts";

const NO_ROWS: readonly number[] = [];
const NO_SOCKETS: readonly TcpSocket[] = [];

/** After this many searches for children, all processes are grouped by parent, which takes as long as the searches. */
const MOST_SEARCHES = 32;

/**
 * The records of a host, indexed by the keys that the steps of the join look up. Users decide how many processes,
 * sockets and terminals exist, so no step may scan one list for each entry of another.
 */
export class HostIndex {
  private readonly ttys = new Map<string, TtyNode | undefined>();
  private readonly cgroups = new Map<number, string>();
  /** Results of earlier searches, by the parent's pid. */
  private readonly children = new Map<number, readonly number[]>();

  constructor(readonly records: HostRecords) {}

  /** The rows of the live children of a process. */
  childrenOf(pid: number): readonly number[] {
    const known = this.children.get(pid);
    if (known) return known;
    if (this.children.size >= MOST_SEARCHES) return this.rowsByParent().get(pid) ?? NO_ROWS;
    const rows = searchChildren(this.records.table, pid);
    this.children.set(pid, rows);
    return rows;
  }

  private readonly rowsByParent = lazy(() => {
    const { table } = this.records;
    const groups = new Map<number, number[]>();
    for (let row = 0; row < table.length; row++) {
      if (!table.isDead(row)) append(groups, table.parentPid[row]!, row);
    }
    return groups;
  });

  /** The rows of the live processes with this controlling terminal, oldest first. */
  rowsOnTty(tty: string): readonly number[] {
    return this.rowsByTty().get(tty) ?? NO_ROWS;
  }

  private readonly rowsByTty = lazy(() => {
    const { table } = this.records;
    const byNumber = new Map<number, number[]>();
    for (let row = 0; row < table.length; row++) {
      const ttyNumber = table.ttyNumber[row]!;
      if (ttyNumber !== 0 && !table.isDead(row)) append(byNumber, ttyNumber, row);
    }
    const byName = new Map<string, number[]>();
    for (const [ttyNumber, rows] of byNumber) {
      const name = ttyName(ttyNumber);
      rows.sort((a, b) => table.startTicks[a]! - table.startTicks[b]! || a - b);
      if (name !== undefined) byName.set(name, rows);
    }
    return byName;
  });

  /** The terminals whose oldest process is in the scope of this logind session, oldest first. */
  ttysInScope(sessionId: string): readonly string[] {
    return this.ttysByScope().get(sessionId) ?? [];
  }

  private readonly ttysByScope = lazy(() => {
    const { table } = this.records;
    const scopes = new Map<string, string[]>();
    // Only one process for each terminal: the number of others is up to the user.
    const oldest = [...this.rowsByTty()].map(([tty, rows]) => ({ tty, row: rows[0]! }));
    oldest.sort((a, b) => table.startTicks[a.row]! - table.startTicks[b.row]!);
    for (const { tty, row } of oldest) {
      const sessionId = this.sessionOf(table.pid[row]!);
      if (sessionId !== undefined) append(scopes, sessionId, tty);
    }
    return scopes;
  });

  /** The path of a process's control group; empty when it can't be read. */
  cgroupOf(pid: number): string {
    let cgroup = this.cgroups.get(pid);
    if (cgroup === undefined) {
      this.cgroups.set(pid, (cgroup = readCgroup(this.records.root, pid) ?? ""));
    }
    return cgroup;
  }

  /** The id of the logind session whose scope a process is in. */
  sessionOf(pid: number): string | undefined {
    return parseCgroupSession(this.cgroupOf(pid));
  }

  tty(name: string): TtyNode | undefined {
    if (!this.ttys.has(name)) this.ttys.set(name, statTty(this.records.root, name));
    return this.ttys.get(name);
  }

  /** The established connections to a local port. */
  connectionsTo(port: number): readonly TcpSocket[] {
    return this.records.tcp?.connectionsTo(port) ?? NO_SOCKETS;
  }

  /** The listening sockets of a user. */
  listenersOf(uid: number): readonly TcpSocket[] {
    return this.listenersByUid().get(uid) ?? NO_SOCKETS;
  }

  private readonly listenersByUid = lazy(() => {
    const groups = new Map<number, TcpSocket[]>();
    for (const socket of this.records.tcp?.listeners() ?? []) append(groups, socket.uid, socket);
    return groups;
  });

  /** Whether a user, or any user, listens on a port. */
  listens(uid: number | "anybody", port: number): boolean {
    const uids = this.listeningUids().get(port);
    return uids !== undefined && (uid === "anybody" || uids.has(uid));
  }

  private readonly listeningUids = lazy(() => {
    const uidsByPort = new Map<number, Set<number>>();
    for (const { localPort, uid } of this.records.tcp?.listeners() ?? []) {
      const uids = uidsByPort.get(localPort);
      if (uids) uids.add(uid);
      else uidsByPort.set(localPort, new Set([uid]));
    }
    return uidsByPort;
  });

  /** The utmp entries of a terminal. */
  utmpOn(line: string): readonly UtmpLogin[] {
    return this.utmpByLine().get(line) ?? [];
  }

  private readonly utmpByLine = lazy(() => Map.groupBy(this.records.utmp ?? [], (it) => it.line));

  /** The utmp entries that name a process. */
  utmpOf(pid: number): readonly UtmpLogin[] {
    return this.utmpByPid().get(pid) ?? [];
  }

  private readonly utmpByPid = lazy(() => Map.groupBy(this.records.utmp ?? [], (it) => it.pid));

  logindSession(id: string): LogindSession | undefined {
    return this.logindById().get(id);
  }

  private readonly logindById = lazy(
    () => new Map((this.records.logind ?? []).map((session) => [session.id, session])),
  );

  /** The logind sessions with this leader pid; pids are reused, so the leader may be an earlier process. */
  logindLedBy(pid: number): readonly LogindSession[] {
    return this.logindByLeader().get(pid) ?? [];
  }

  private readonly logindByLeader = lazy(() =>
    Map.groupBy(this.records.logind ?? [], (session) => session.leaderPid),
  );
}

function append<K, V>(groups: Map<K, V[]>, key: K, value: V): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}

function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function searchChildren(table: ProcessTable, pid: number): number[] {
  const parents = table.parentPid.subarray(0, table.length);
  const rows: number[] = [];
  for (let row = parents.indexOf(pid); row >= 0; row = parents.indexOf(pid, row + 1)) {
    if (!table.isDead(row)) rows.push(row);
  }
  return rows;
}

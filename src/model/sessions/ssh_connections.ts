import { ttyName } from "../../sources/proc/pid_stat.ts";
import type { HostView } from "./host_view.ts";
import {
  isListenerTitle,
  isMonitorTitle,
  parseSshdTitle,
} from "../../sources/messages/sshd_title.ts";

/** An authenticated connection to an SSH server of this host. */
export interface SshConnection {
  user: string;
  /** Its open ptys; none for a command, sftp, scp, a tunnel. */
  ttys: string[];
  /** The process that serves it, and works as the user. */
  pid: number;
  row: number;
  /** The process that logind and utmp know it by: its parent, or itself. */
  leaderPid: number;
}

const SERVER_COMMS = new Set(["sshd", "sshd-session", "dropbear"]);

/**
 * The connections, as the processes of sshd and dropbear show them to everybody.
 *
 * Any user may name a process `sshd: root@pts/0`, so a process counts only as the child of root's own
 * server.
 */
export function findSshConnections(view: HostView): SshConnection[] {
  const { table } = view.sources;
  const connections: SshConnection[] = [];
  for (const row of table.rowsNamed(SERVER_COMMS)) {
    const comm = table.comm(row);
    const connection = isSshd(comm)
      ? opensshConnection(view, row, comm)
      : dropbearConnection(view, row);
    if (connection) connections.push(connection);
  }
  return connections;
}

function isGenuine(view: HostView, row: number, leaderPid: number): boolean {
  const leader = view.sources.table.row(leaderPid);
  return view.isGenuine(row) && (leader === row || (leader >= 0 && view.isGenuine(leader)));
}

function opensshConnection(view: HostView, row: number, comm: string): SshConnection | undefined {
  const { table, accounts } = view.sources;
  const title = parseSshdTitle(comm, view.arguments(row)[0] ?? "");
  if (!title) return undefined;
  const leaderPid = opensshLeader(view, row);
  if (leaderPid === undefined || !isGenuine(view, row, leaderPid)) return undefined;
  const uid = table.uid[row]!;
  accounts.learn(uid, title.user);
  const { ttys } = title;
  return { user: accounts.nameOf(uid), ttys, pid: table.pid[row]!, row, leaderPid };
}

/** The pid of the root process behind a user's process, or undefined when there is none: a forgery. */
function opensshLeader(view: HostView, row: number): number | undefined {
  const { table } = view.sources;
  const parentPid = table.parentPid[row]!;
  const parent = table.row(parentPid);
  const isChildOfRoot = parent >= 0 && table.uid[parent] === 0;
  const parentTitle = isChildOfRoot && isSshd(table.comm(parent)) ? view.arguments(parent)[0] : "";
  if (isMonitorTitle(parentTitle ?? "")) return parentPid;
  // Before OpenSSH 9.8 root has no monitor: its one process is the child of the listener, or of
  // whatever accepts connections for `sshd -i`.
  const isRoots = table.uid[row] === 0;
  const standsAlone = isListenerTitle(parentTitle ?? "") || parentPid === 1;
  return isRoots && standsAlone ? table.pid[row]! : undefined;
}

function isSshd(comm: string): boolean {
  return comm === "sshd" || comm === "sshd-session";
}

/**
 * Dropbear gives its processes no titles. The child of the listener serves one connection; it takes
 * the user's uid after authentication (2025 and later), or is known by the uid of what it started.
 */
function dropbearConnection(view: HostView, row: number): SshConnection | undefined {
  const { table, accounts } = view.sources;
  const pid = table.pid[row]!;
  const parent = table.row(table.parentPid[row]!);
  if (parent < 0 || table.comm(parent) !== "dropbear" || table.uid[parent] !== 0) return undefined;
  if (!view.isGenuine(parent) || !view.isGenuine(row)) return undefined;
  const started = view.children(pid).filter((child) => table.comm(child) !== "dropbear");
  const uid = table.uid[row] !== 0 ? table.uid[row] : started.map((child) => table.uid[child])[0];
  if (uid === undefined) return undefined;
  const ttys = started
    .map((child) => ttyName(table.ttyNumber[child]!))
    .filter((tty) => tty !== undefined);
  return { user: accounts.nameOf(uid), ttys: [...new Set(ttys)], pid, row, leaderPid: pid };
}

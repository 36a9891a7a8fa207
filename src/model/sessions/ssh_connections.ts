import { ttyName } from "../../sources/proc/pid_stat.ts";
import {
  isListenerTitle,
  isMonitorTitle,
  parseSshdTitle,
} from "../../sources/messages/sshd_title.ts";
import type { HostIndex } from "./host_index.ts";
import { argumentsOf, isGenuine } from "./processes.ts";

/** An authenticated connection to an SSH server of this host. */
export interface SshConnection {
  user: string;
  /** Its open ptys; none for a command, sftp, scp, a tunnel. */
  ttys: string[];
  /** The process that serves it, as the user. */
  pid: number;
  row: number;
  /** The process that logind and utmp record: its parent, or itself. */
  leaderPid: number;
}

const SERVER_COMMS = new Set(["sshd", "sshd-session", "dropbear"]);

/**
 * The SSH connections, found by the processes of sshd and dropbear.
 *
 * Any user can name a process `sshd: root@pts/0`, so a process counts only as a child of root's own server, and only
 * then is its title read.
 *
 * @returns a value for each process with a server's name; undefined for one that serves no user
 */
export function* findSshConnections(host: HostIndex): Generator<SshConnection | undefined> {
  const { table } = host.records;
  const titles = new ServerTitles(host);
  for (const row of table.rowsNamed(SERVER_COMMS)) {
    const parent = table.row(table.parentPid[row]!);
    if (parent < 0 || table.uid[parent] !== 0) yield undefined;
    else if (isSshd(table.comm(row))) yield opensshConnection(host, row, parent, titles);
    else yield dropbearConnection(host, row, parent, titles);
  }
}

/** The roles of root's server processes, cached, since a listener may have many connections. */
class ServerTitles {
  private readonly kinds = new Map<number, "monitor" | "listener" | "other">();

  constructor(private readonly host: HostIndex) {}

  kindOf(row: number): "monitor" | "listener" | "other" {
    let kind = this.kinds.get(row);
    if (kind === undefined) this.kinds.set(row, (kind = this.read(row)));
    return kind;
  }

  private read(row: number): "monitor" | "listener" | "other" {
    if (!isGenuine(this.host, row)) return "other";
    const { table } = this.host.records;
    // Dropbear gives its processes no titles.
    if (table.comm(row) === "dropbear") return "listener";
    const title = argumentsOf(this.host, row)[0] ?? "";
    if (isMonitorTitle(title)) return "monitor";
    // Before OpenSSH 8.2 a listener has no title but its command line.
    const isPlain = !/^sshd(?:-session)?: /.test(title);
    return isPlain || isListenerTitle(title) ? "listener" : "other";
  }
}

function opensshConnection(
  host: HostIndex,
  row: number,
  parent: number,
  titles: ServerTitles,
): SshConnection | undefined {
  const { table, accounts } = host.records;
  const pid = table.pid[row]!;
  const leaderPid = opensshLeader(host, row, parent, titles);
  if (leaderPid === undefined || !isGenuine(host, row)) return undefined;
  const title = parseSshdTitle(table.comm(row), argumentsOf(host, row)[0] ?? "");
  if (!title) return undefined;
  const uid = table.uid[row]!;
  accounts.learn(uid, title.user);
  return { user: accounts.nameOf(uid), ttys: title.ttys, pid, row, leaderPid };
}

/** The pid of the root process behind a user's process; undefined when there is none, so the process is forged. */
function opensshLeader(
  host: HostIndex,
  row: number,
  parent: number,
  titles: ServerTitles,
): number | undefined {
  const { table } = host.records;
  const kind = isSshd(table.comm(parent)) ? titles.kindOf(parent) : undefined;
  if (kind === "monitor") return table.pid[parent]!;
  // Before OpenSSH 9.8 a login of root has no monitor: its only process is the child of the listener, of the program
  // that accepts connections for `sshd -i`, or of the one that adopted it when the listener was restarted.
  const isRoots = table.uid[row] === 0;
  return isRoots && kind !== "other" ? table.pid[row]! : undefined;
}

function isSshd(comm: string): boolean {
  return comm === "sshd" || comm === "sshd-session";
}

/**
 * A child of dropbear's listener serves one connection. It changes to the user's uid after authentication (2025 and
 * later); before that version the uid of its child tells.
 */
function dropbearConnection(
  host: HostIndex,
  row: number,
  parent: number,
  titles: ServerTitles,
): SshConnection | undefined {
  const { table, accounts } = host.records;
  const pid = table.pid[row]!;
  if (table.comm(parent) !== "dropbear" || titles.kindOf(parent) !== "listener") return undefined;
  if (!isGenuine(host, row)) return undefined;
  const started = host.childrenOf(pid).filter((child) => table.comm(child) !== "dropbear");
  const uid = table.uid[row] !== 0 ? table.uid[row] : started.map((child) => table.uid[child])[0];
  if (uid === undefined) return undefined;
  const ttys = started
    .map((child) => ttyName(table.ttyNumber[child]!))
    .filter((tty) => tty !== undefined);
  return { user: accounts.nameOf(uid), ttys: [...new Set(ttys)], pid, row, leaderPid: pid };
}

import type { LogindSession } from "../../sources/logins/logind.ts";
import { ttyName } from "../../sources/proc/pid_stat.ts";
import { readCgroupSession } from "../../sources/proc/pid_session.ts";
import type { UtmpLogin } from "../../sources/logins/utmp.ts";
import type { HostView } from "./host_view.ts";
import { resolvePeers } from "./peers.ts";
import type { Session } from "./session.ts";
import { type SshConnection, findSshConnections } from "./ssh_connections.ts";
import type { Claims } from "./claims.ts";

/**
 * The sessions of SSH connections: one for each pty, or exactly one for a connection without. They
 * are joined with logind by leader pid (else by control group) and with utmp by terminal.
 */
export function sshSessions(view: HostView, taken: Claims): Session[] {
  const connections = findSshConnections(view);
  const logind = new Map(connections.map((c) => [c, logindOf(view, c)]));
  const peers = resolvePeers(view, connections, (connection) => [
    logind.get(connection)?.remoteHost,
    ...utmpOf(view, connection).flatMap(({ address, host }) => [address, host]),
  ]);
  return connections.flatMap((connection) => {
    taken.take(connection, logind.get(connection)?.id);
    const fromIp = peers.get(connection) ?? "";
    return sessionsOf(view, connection, logind.get(connection), fromIp);
  });
}

function sessionsOf(
  view: HostView,
  connection: SshConnection,
  logind: LogindSession | undefined,
  fromIp: string,
): Session[] {
  const { user, ttys } = connection;
  if (ttys.length === 0) {
    const startSeconds = logind?.startSeconds ?? leaderStart(view, connection);
    const lastInputSeconds = undefined;
    return [{ user, tty: "", fromIp, type: "ssh-npty", startSeconds, lastInputSeconds }];
  }
  return ttys.map((tty) => ({
    user,
    tty,
    fromIp,
    type: "terminal",
    startSeconds: ttyStart(view, connection, tty),
    lastInputSeconds: view.tty(tty)?.lastInputSeconds,
  }));
}

/** The choice is made in a fixed order, so that a session's start does not waver between sources. */
function ttyStart(view: HostView, connection: SshConnection, tty: string): number | undefined {
  const { table } = view.sources;
  const record = utmpOf(view, connection).find((login) => login.line === tty);
  if (record) return record.timeSeconds;
  const shell = view
    .children(connection.pid)
    .find((child) => ttyName(table.ttyNumber[child]!) === tty);
  if (shell !== undefined) return view.startSeconds(shell);
  return view.tty(tty)?.changedSeconds ?? leaderStart(view, connection);
}

function leaderStart(view: HostView, { leaderPid, row }: SshConnection): number {
  const leader = view.sources.table.row(leaderPid);
  return view.startSeconds(leader >= 0 ? leader : row);
}

function logindOf(view: HostView, connection: SshConnection): LogindSession | undefined {
  const { logind = [], root, table } = view.sources;
  const uid = table.uid[connection.row]!;
  // One that is closing can have had a leader of the same pid, long ago.
  const own = logind.filter((session) => session.uid === uid && session.state !== "closing");
  const led = own.find(({ leaderPid }) => leaderPid === connection.leaderPid);
  if (led || own.length === 0) return led;
  const id = readCgroupSession(root, connection.pid);
  return own.find((session) => session.id === id);
}

/**
 * The utmp entries of a connection's ptys. Before OpenSSH 9.8 root's name the shell, a user's name the
 * monitor, so the terminal is the key; an entry that an earlier session left on it is not alive.
 */
function utmpOf(view: HostView, { ttys }: SshConnection): UtmpLogin[] {
  const { utmp = [] } = view.sources;
  return utmp
    .filter((login) => ttys.includes(login.line) && view.isLoginAlive(login))
    .sort((a, b) => b.timeSeconds - a.timeSeconds);
}

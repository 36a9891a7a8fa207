import type { LogindSession } from "../../sources/logins/logind.ts";
import type { UtmpLogin } from "../../sources/logins/utmp.ts";
import { ttyName } from "../../sources/proc/pid_stat.ts";
import type { HostIndex } from "./host_index.ts";
import { resolvePeers } from "./peers.ts";
import { isLoginAlive, startSeconds } from "./processes.ts";
import type { Session } from "./session.ts";
import { type SshConnection, findSshConnections } from "./ssh_connections.ts";
import type { Claims } from "./claims.ts";

/**
 * The sessions of SSH connections: one for each pty, or exactly one for a connection without. They
 * are joined with logind by leader pid (else by control group) and with utmp by terminal.
 */
export function* sshSessions(host: HostIndex, claims: Claims): Generator<Session | undefined> {
  const connections: SshConnection[] = [];
  for (const connection of findSshConnections(host)) {
    if (connection) connections.push(connection);
    yield undefined;
  }
  const logind = new Map(connections.map((c) => [c, logindOf(host, c)]));
  const peers = resolvePeers(host, connections, (connection) => [
    logind.get(connection)?.remoteHost,
    ...utmpOf(host, connection).flatMap((login) => [login.address, login.host]),
  ]);
  for (const connection of connections) {
    claims.take(connection, logind.get(connection)?.id);
    const fromIp = peers.get(connection) ?? "";
    yield* sessionsOf(host, connection, logind.get(connection), fromIp);
  }
}

function sessionsOf(
  host: HostIndex,
  connection: SshConnection,
  logind: LogindSession | undefined,
  fromIp: string,
): Session[] {
  const { user, ttys } = connection;
  if (ttys.length === 0) {
    const started = logind?.startSeconds ?? leaderStart(host, connection);
    const none = { tty: "", lastInputSeconds: undefined };
    return [{ ...none, user, fromIp, type: "ssh-npty", startSeconds: started }];
  }
  return ttys.map((tty) => ({
    user,
    tty,
    fromIp,
    type: "terminal",
    startSeconds: ttyStart(host, connection, tty),
    lastInputSeconds: host.tty(tty)?.lastInputSeconds,
  }));
}

/** The sources are tried in a fixed order, so that a session's start does not change between them. */
function ttyStart(host: HostIndex, connection: SshConnection, tty: string): number | undefined {
  const { table } = host.records;
  const record = utmpOf(host, connection).find((login) => login.line === tty);
  if (record) return record.timeSeconds;
  const shell = host
    .childrenOf(connection.pid)
    .find((child) => ttyName(table.ttyNumber[child]!) === tty);
  if (shell !== undefined) return startSeconds(host, shell);
  return host.tty(tty)?.changedSeconds ?? leaderStart(host, connection);
}

function leaderStart(host: HostIndex, { leaderPid, row }: SshConnection): number {
  const leader = host.records.table.row(leaderPid);
  return startSeconds(host, leader >= 0 ? leader : row);
}

function logindOf(host: HostIndex, connection: SshConnection): LogindSession | undefined {
  const uid = host.records.table.uid[connection.row]!;
  // A closing session may have had a leader with the same pid long ago.
  const isOwn = (session: LogindSession) => session.uid === uid && session.state !== "closing";
  const led = host.logindLedBy(connection.leaderPid).find(isOwn);
  if (led || !host.records.logind) return led;
  const inScope = host.logindSession(host.sessionOf(connection.pid) ?? "");
  return inScope && isOwn(inScope) ? inScope : undefined;
}

/**
 * The utmp entries of a connection's ptys. Before OpenSSH 9.8 those of root have the pid of the shell, those of users
 * the pid of the monitor, so the terminal is the key. Stale entries of earlier sessions are skipped.
 */
function utmpOf(host: HostIndex, { ttys }: SshConnection): UtmpLogin[] {
  return ttys
    .flatMap((tty) => host.utmpOn(tty))
    .filter((login) => isLoginAlive(host, login))
    .sort((a, b) => b.timeSeconds - a.timeSeconds);
}

import { canonicalAddress } from "../../sources/ip_address.ts";
import { UTMP_NAME_BYTES, type UtmpLogin, isInsideSession } from "../../sources/logins/utmp.ts";
import { isBelowUserManager } from "../../sources/proc/pid_session.ts";
import type { Claims } from "./claims.ts";
import type { HostIndex } from "./host_index.ts";
import { isInListed } from "./nested.ts";
import { isLoginAlive } from "./processes.ts";
import type { Session } from "./session.ts";

/** Programs that write a utmp entry for a terminal inside an existing session. */
const NESTING_COMMS = new Set(["sudo", "screen", "tmux: server"]);

/** The sessions that only utmp has: logins on hosts without logind. */
export function* utmpSessions(host: HostIndex, claims: Claims): Generator<Session | undefined> {
  for (const login of newestPerLine(host.records.utmp ?? [])) {
    yield utmpSession(host, login, claims);
  }
}

function utmpSession(host: HostIndex, login: UtmpLogin, claims: Claims): Session | undefined {
  if (claims.hasTty(login.line) || !isOpen(host, login) || isNested(host, login, claims)) {
    return undefined;
  }
  const session = toSession(host, login);
  if (session) {
    claims.takeTty(login.line);
    claims.takePid(login.pid);
  }
  return session;
}

/** Entries are keyed by ut_id, so one line can have two: an xterm's and the login's inside it. */
function newestPerLine(logins: readonly UtmpLogin[]): Iterable<UtmpLogin> {
  const byLine = new Map<string, UtmpLogin>();
  for (const login of logins) {
    const other = byLine.get(login.line);
    if (!other || login.timeSeconds >= other.timeSeconds) byLine.set(login.line, login);
  }
  return byLine.values();
}

/**
 * Whether an entry's session is open. Entries of killed processes remain; when the pty is gone the entry is stale, even
 * if its pid was reused.
 */
function isOpen(host: HostIndex, login: UtmpLogin): boolean {
  const hasTerminal = login.line.startsWith(":") || host.tty(login.line) !== undefined;
  return hasTerminal && isLoginAlive(host, login);
}

/** An entry for a terminal inside another session: of tmux, screen, sudo, a terminal emulator. */
function isNested(host: HostIndex, login: UtmpLogin, claims: Claims): boolean {
  if (isInsideSession(login)) return true;
  const { table } = host.records;
  const row = table.row(login.pid);
  if (row >= 0 && NESTING_COMMS.has(table.comm(row))) return true;
  // A terminal emulator or script(1) that a desktop started.
  if (isBelowUserManager(host.cgroupOf(login.pid))) return true;
  return isInListed(host, login.pid, claims);
}

function toSession(host: HostIndex, login: UtmpLogin): Session | undefined {
  const mosh = /^(?:(\S+) via )?mosh \[\d+\]$/.exec(login.host);
  // A mosh server without a client is detached, like tmux without one.
  if (mosh && mosh[1] === undefined) return undefined;
  const remote = mosh?.[1] ?? login.host;
  const isDisplay = login.line.startsWith(":");
  const fromIp = login.address ?? canonicalAddress(remote) ?? (isDisplay ? "" : remote);
  return {
    user: fullName(host, login),
    tty: login.line,
    fromIp: fromIp.startsWith(":") ? "" : fromIp,
    type: isDisplay ? "graphical" : "terminal",
    startSeconds: login.timeSeconds,
    lastInputSeconds: isDisplay ? undefined : host.tty(login.line)?.lastInputSeconds,
  };
}

/** The user's full name: utmp cuts names to 32 bytes, but the terminal's owner tells the user. */
function fullName(host: HostIndex, { user, line }: UtmpLogin): string {
  if (Buffer.byteLength(user) < UTMP_NAME_BYTES) return user;
  const { accounts } = host.records;
  const owner = host.tty(line)?.uid;
  const name = owner === undefined ? user : accounts.nameOf(owner);
  return name.startsWith(user) ? name : (accounts.recordedName(user) ?? user);
}

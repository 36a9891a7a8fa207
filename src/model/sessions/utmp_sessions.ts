import { canonicalAddress } from "../../sources/ip_address.ts";
import { readAuditSession, readCgroupSession } from "../../sources/proc/pid_session.ts";
import type { UtmpLogin } from "../../sources/logins/utmp.ts";
import type { HostView } from "./host_view.ts";
import type { Session } from "./session.ts";
import type { Claims } from "./claims.ts";

/** Programs that write a utmp entry for a terminal inside a session that is already open. */
const NESTING_COMMS = new Set(["sudo", "screen", "tmux: server"]);

/** The sessions that only utmp knows: logins on hosts without logind. */
export function utmpSessions(view: HostView, taken: Claims): Session[] {
  const sessions: Session[] = [];
  for (const login of newestPerLine(view.sources.utmp ?? [])) {
    if (taken.hasTty(login.line) || !isOpen(view, login) || isNested(view, login, taken)) continue;
    const session = toSession(view, login);
    if (!session) continue;
    taken.takeTty(login.line);
    taken.takePid(login.pid);
    sessions.push(session);
  }
  return sessions;
}

/** Entries are keyed by ut_id, so one line can have two: an xterm's and the login's inside it. */
function newestPerLine(logins: UtmpLogin[]): Iterable<UtmpLogin> {
  const byLine = new Map<string, UtmpLogin>();
  for (const login of logins) {
    const other = byLine.get(login.line);
    if (!other || login.timeSeconds >= other.timeSeconds) byLine.set(login.line, login);
  }
  return byLine.values();
}

/** Entries outlive processes that were killed; a pty that is gone says so even when the pid is reused. */
function isOpen(view: HostView, login: UtmpLogin): boolean {
  const hasTerminal = login.line.startsWith(":") || view.tty(login.line) !== undefined;
  return hasTerminal && view.isLoginAlive(login);
}

/** An entry for a terminal inside another session: of tmux, screen, sudo, a terminal emulator. */
function isNested(view: HostView, login: UtmpLogin, taken: Claims): boolean {
  if (/^tmux\(\d+\)\.%\d+$|^:pts\/\d+:S\.\d+$/.test(login.host)) return true;
  if (/^:\d/.test(login.host) && login.line.startsWith("pts/")) return true;
  const { table, root } = view.sources;
  const row = table.row(login.pid);
  if (row >= 0 && NESTING_COMMS.has(table.comm(row))) return true;
  if (taken.hasAncestor(view, login.pid)) return true;
  const logindId = readCgroupSession(root, login.pid) ?? auditId(view, login.pid);
  return logindId !== undefined && taken.hasLogind(logindId);
}

/** Where auditing works, logind names its sessions after the audit session. */
function auditId(view: HostView, pid: number): string | undefined {
  return readAuditSession(view.sources.root, pid)?.toString();
}

function toSession(view: HostView, login: UtmpLogin): Session | undefined {
  const mosh = /^(?:(\S+) via )?mosh \[\d+\]$/.exec(login.host);
  // A mosh server without a client is as detached as a tmux without one.
  if (mosh && mosh[1] === undefined) return undefined;
  const host = mosh?.[1] ?? login.host;
  const isDisplay = login.line.startsWith(":");
  const fromIp = login.address ?? canonicalAddress(host) ?? (isDisplay ? "" : host);
  return {
    user: fullName(view, login),
    tty: login.line,
    fromIp: fromIp.startsWith(":") ? "" : fromIp,
    type: isDisplay ? "graphical" : "terminal",
    startSeconds: login.timeSeconds,
    lastInputSeconds: isDisplay ? undefined : view.tty(login.line)?.lastInputSeconds,
  };
}

/** utmp cuts names to 32 bytes; the terminal's owner has the whole one. */
function fullName(view: HostView, { user, line }: UtmpLogin): string {
  if (Buffer.byteLength(user) < 32) return user;
  const owner = view.tty(line)?.uid;
  const name = owner === undefined ? user : view.sources.accounts.nameOf(owner);
  return name.startsWith(user) ? name : user;
}

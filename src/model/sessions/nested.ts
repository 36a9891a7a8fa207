import type { LogindSession } from "../../sources/logins/logind.ts";
import { isBelowUserManager, readAuditSession } from "../../sources/proc/pid_session.ts";
import type { Claims } from "./claims.ts";
import type { HostIndex } from "./host_index.ts";
import { lineage } from "./processes.ts";

/**
 * The PAM services of programs that make another user of somebody who is logged in already. In a terminal below a
 * user's own manager (`user@.service`) logind gives each a session of its own.
 */
const SWITCHING_SERVICES = new Set([
  "su",
  "su-l",
  "sudo",
  "sudo-i",
  "runuser",
  "runuser-l",
  "systemd-run0",
  "polkit-1", // pkexec
  "doas",
  "opendoas",
]);

/** Clients of systemd that start a program on a terminal they show in their own: its parent is process 1. */
const TERMINAL_CLIENTS = new Set(["run0", "systemd-run", "machinectl"]);

const PAM_HELPER = "(sd-pam)";

/** Whether a logind session is inside another one, which its user has to leave it for. */
export function isNestedSession(host: HostIndex, session: LogindSession): boolean {
  if (SWITCHING_SERVICES.has(session.service)) return true;
  if (session.tty !== "" && !session.tty.startsWith("pts/")) return false;
  return isShownElsewhere(host, session) || descendsFromLogin(host, session.leaderPid, session.id);
}

/** Whether a process descends from another session's, or from what a user's own manager started. */
export function descendsFromLogin(host: HostIndex, pid: number, sessionId?: string): boolean {
  for (const ancestor of lineage(host, pid)) {
    if (isBelowUserManager(host.cgroupOf(ancestor))) return true;
    const other = host.sessionOf(ancestor);
    if (ancestor !== pid && other !== undefined && other !== sessionId) return true;
  }
  return false;
}

/** `machinectl shell`, `systemd-run --pty`: systemd opened the session, and a client here shows its terminal. */
function isShownElsewhere(host: HostIndex, { leaderPid, tty }: LogindSession): boolean {
  const { table } = host.records;
  const row = table.row(leaderPid);
  if (row < 0 || tty === "" || table.parentPid[row] !== 1) return false;
  if (!host.childrenOf(leaderPid).some((child) => table.comm(child) === PAM_HELPER)) return false;
  for (const client of table.rowsNamed(TERMINAL_CLIENTS)) {
    if (table.startTicks[client]! <= table.startTicks[row]!) return true;
  }
  return false;
}

/** Whether a process belongs to a session that is listed already, by its parents or by its login. */
export function isInListed(host: HostIndex, pid: number, claims: Claims): boolean {
  if (claims.hasAncestor(host, pid)) return true;
  const id = host.sessionOf(pid) ?? auditId(host, pid);
  if (id === undefined) return false;
  const session = host.logindSession(id);
  return claims.hasLogind(id) || (session !== undefined && SWITCHING_SERVICES.has(session.service));
}

/** Where auditing works, logind names its sessions after the audit session. */
function auditId(host: HostIndex, pid: number): string | undefined {
  return readAuditSession(host.records.root, pid)?.toString();
}

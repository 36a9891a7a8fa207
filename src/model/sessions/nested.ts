import type { LogindSession } from "../../sources/logins/logind.ts";
import { isBelowUserManager, readAuditSession } from "../../sources/proc/pid_session.ts";
import type { Claims } from "./claims.ts";
import type { HostIndex } from "./host_index.ts";
import { lineage } from "./processes.ts";

/**
 * The PAM services of programs that switch the user of a session. In a terminal below a user's own manager
 * (`user@.service`) logind creates a session for each.
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

/**
 * Clients of systemd that start a program on a new terminal and show it in their own; the program's parent is process
 * 1.
 */
const TERMINAL_CLIENTS = new Set(["run0", "systemd-run", "machinectl"]);

const PAM_HELPER = "(sd-pam)";

/** Whether a logind session is nested in another session. */
export function isNestedSession(host: HostIndex, session: LogindSession): boolean {
  if (SWITCHING_SERVICES.has(session.service)) return true;
  if (session.tty !== "" && !session.tty.startsWith("pts/")) return false;
  return isShownElsewhere(host, session) || descendsFromLogin(host, session.leaderPid, session.id);
}

/** Whether a process descends from a process of another session, or of a user's own manager. */
export function descendsFromLogin(host: HostIndex, pid: number, sessionId?: string): boolean {
  for (const ancestor of lineage(host, pid)) {
    if (isBelowUserManager(host.cgroupOf(ancestor))) return true;
    const other = host.sessionOf(ancestor);
    if (ancestor !== pid && other !== undefined && other !== sessionId) return true;
  }
  return false;
}

/** Whether a client of systemd shows the session's terminal in another one: `machinectl shell`, `systemd-run --pty`. */
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

/** Whether a process belongs to a session already listed, by its ancestors or by its audit session. */
export function isInListed(host: HostIndex, pid: number, claims: Claims): boolean {
  if (claims.hasAncestor(host, pid)) return true;
  const id = host.sessionOf(pid) ?? auditId(host, pid);
  if (id === undefined) return false;
  const session = host.logindSession(id);
  return claims.hasLogind(id) || (session !== undefined && SWITCHING_SERVICES.has(session.service));
}

/** The audit session of a process: with auditing, logind uses its number as the session's id. */
function auditId(host: HostIndex, pid: number): string | undefined {
  return readAuditSession(host.records.root, pid)?.toString();
}

import type { HostView } from "./host_view.ts";
import { logindSessions } from "./logind_sessions.ts";
import { type Session, compareSessions } from "./session.ts";
import { sshSessions } from "./ssh_sessions.ts";
import { Claims } from "./claims.ts";
import { utmpSessions } from "./utmp_sessions.ts";
import { vncSessions } from "./vnc_sessions.ts";

/**
 * One list of the sessions that somebody is attached to, joined from all sources: what one step has
 * made a session of, the next ones leave alone. SSH comes first because sshd's processes tell most,
 * and utmp last because it tells least and forgets to delete.
 */
export function joinSessions(view: HostView): Session[] {
  const taken = new Claims();
  return [
    ...sshSessions(view, taken),
    ...logindSessions(view, taken),
    ...utmpSessions(view, taken),
    ...vncSessions(view),
  ].sort(compareSessions);
}

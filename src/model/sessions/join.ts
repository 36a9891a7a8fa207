import { Claims } from "./claims.ts";
import type { HostIndex } from "./host_index.ts";
import { logindSessions } from "./logind_sessions.ts";
import { RdpPeerMemory } from "./rdp_peers.ts";
import { rdpSessions } from "./rdp_sessions.ts";
import { roamingSessions } from "./roaming_sessions.ts";
import { type Session, compareSessions } from "./session.ts";
import { sshSessions } from "./ssh_sessions.ts";
import { utmpSessions } from "./utmp_sessions.ts";
import type { DesktopServer } from "./vnc_servers.ts";
import { viewerSessions } from "./vnc_sessions.ts";

/**
 * One list of the sessions that somebody is attached to, joined from all sources: what one step has
 * made a session of, the next ones leave alone. SSH comes first because sshd's processes tell most,
 * and utmp late because it tells little and forgets to delete.
 */
export function joinSessions(
  host: HostIndex,
  servers: readonly DesktopServer[],
  rdpPeers = new RdpPeerMemory(),
): Session[] {
  const claims = new Claims();
  return [
    ...sshSessions(host, claims),
    ...rdpSessions(host, claims, rdpPeers),
    ...logindSessions(host, claims),
    ...utmpSessions(host, claims),
    ...roamingSessions(host, claims),
    ...viewerSessions(host, servers),
  ].sort(compareSessions);
}

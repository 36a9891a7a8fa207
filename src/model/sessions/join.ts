import { type YieldTurn, turnEvery } from "../../sources/turn.ts";
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

/** How many records are looked at before other work gets its turn: some 10 ms without the JIT. */
export const RECORDS_A_TURN = 256;

/**
 * One list of the sessions that somebody is attached to, joined from all sources: what one step has
 * made a session of, the next ones leave alone. SSH comes first because sshd's processes tell most,
 * and utmp late because it tells little and forgets to delete. A step that looks at many records gives
 * something for each, undefined for what is no session: there others have their turn.
 *
 * @param yieldTurn lets others have their turn
 */
export async function joinSessions(
  host: HostIndex,
  servers: readonly DesktopServer[],
  rdpPeers = new RdpPeerMemory(),
  yieldTurn?: YieldTurn,
): Promise<Session[]> {
  const claims = new Claims();
  const steps: readonly (() => Iterable<Session | undefined>)[] = [
    () => sshSessions(host, claims),
    () => rdpSessions(host, claims, rdpPeers),
    () => logindSessions(host, claims),
    () => utmpSessions(host, claims),
    () => roamingSessions(host, claims),
    () => viewerSessions(host, servers),
  ];
  const sessions: Session[] = [];
  const turn = turnEvery(RECORDS_A_TURN, yieldTurn);
  for (const step of steps) {
    for (const session of step()) {
      if (session) sessions.push(session);
      const pause = turn();
      if (pause) await pause;
    }
  }
  return sessions.sort(compareSessions);
}

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

/** Records processed before yielding: some 10 ms without the JIT. */
export const RECORDS_A_TURN = 256;

/**
 * One list of the sessions with an attached user, joined from all sources: a record that one step has used is skipped
 * by the next ones. SSH comes first because sshd's processes have the most details, and utmp late because it has few
 * and keeps stale entries. A step that reads many records yields a value for each, undefined for what is no session:
 * between them other work gets its turn.
 *
 * @param yieldTurn yields to other work
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

import { ttyName } from "../../sources/proc/pid_stat.ts";
import type { Claims } from "./claims.ts";
import type { HostIndex } from "./host_index.ts";
import { isInListed } from "./nested.ts";
import { isGenuine, startSeconds } from "./processes.ts";
import type { Session } from "./session.ts";

/**
 * The servers of sessions that continue after the SSH connection that started them: mosh and Eternal Terminal. They run
 * as their user, with the shell as a child.
 */
const SERVERS = new Set(["mosh-server", "etterminal"]);

/** Most sessions for each user, who could start thousands of processes with these names. */
const MAX_PER_USER = 100;

/**
 * The sessions of these servers that have no utmp entry. No record tells whether a client is attached, and from which
 * address, so they count as long as the server runs.
 */
export function roamingSessions(host: HostIndex, claims: Claims): Session[] {
  const { table, accounts } = host.records;
  const counts = new Map<number, number>();
  const sessions: Session[] = [];
  for (const row of table.rowsNamed(SERVERS)) {
    const pid = table.pid[row]!;
    const uid = table.uid[row]!;
    const count = (counts.get(uid) ?? 0) + 1;
    counts.set(uid, count);
    // mosh's utmp entry tells whether a client is attached, so entries are left to the utmp step.
    if (count > MAX_PER_USER || host.utmpOf(pid).length > 0) continue;
    const tty = host
      .childrenOf(pid)
      .map((child) => ttyName(table.ttyNumber[child]!))
      .find((name) => name !== undefined);
    if (tty === undefined || claims.hasTty(tty)) continue;
    if (!isGenuine(host, row) || isInListed(host, pid, claims)) continue;
    claims.takeTty(tty);
    sessions.push({
      user: accounts.nameOf(uid),
      tty,
      fromIp: "",
      type: "terminal",
      startSeconds: startSeconds(host, row),
      lastInputSeconds: host.tty(tty)?.lastInputSeconds,
    });
  }
  return sessions;
}

import type { Session } from "./session.ts";

/** Most series of one user's sessions: anybody can connect as a viewer from many addresses. */
export const MAX_SERIES_PER_USER = 100;

/** The sessions counted in one series. */
export interface SessionGroup extends Pick<Session, "user" | "tty" | "fromIp" | "type"> {
  sessions: Session[];
}

/**
 * Groups sessions with equal labels. When a user has too many groups, those with a series in the last collection keep
 * it; the rest becomes one group for each type, without terminal and address.
 */
export class SessionSeries {
  private keys = new Set<string>();

  /** @param sessions in a stable order: the first new groups get the free series */
  group(sessions: readonly Session[]): SessionGroup[] {
    const groups = new Map<string, SessionGroup>();
    for (const session of sessions) add(groups, session, session.tty, session.fromIp);
    const kept = new Map<string, SessionGroup>();
    for (const ofUser of Map.groupBy(groups, ([, { user }]) => user).values()) {
      for (const [key, group] of this.choose(ofUser)) kept.set(key, group);
    }
    this.keys = new Set(kept.keys());
    // Groups without a series are added last: they may join a group without terminal and address.
    for (const [key, group] of groups) {
      if (kept.has(key)) continue;
      for (const session of group.sessions) add(kept, session, "", "");
    }
    return [...kept.values()];
  }

  private choose(groups: [string, SessionGroup][]): [string, SessionGroup][] {
    if (groups.length <= MAX_SERIES_PER_USER) return groups;
    const old = groups.filter(([key]) => this.keys.has(key));
    const fresh = groups.filter(([key]) => !this.keys.has(key));
    return [...old, ...fresh].slice(0, MAX_SERIES_PER_USER);
  }
}

function add(
  groups: Map<string, SessionGroup>,
  session: Session,
  tty: string,
  fromIp: string,
): void {
  const { user, type } = session;
  const key = JSON.stringify([user, tty, fromIp, type]);
  const group = groups.get(key);
  if (group) group.sessions.push(session);
  else groups.set(key, { user, tty, fromIp, type, sessions: [session] });
}

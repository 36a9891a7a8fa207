import type { Session } from "./session.ts";

/** How many series of their own a user's sessions get: from how many addresses viewers come is up to anybody. */
export const MAX_SERIES_PER_USER = 100;

/** The sessions that one series counts. */
export interface SessionGroup extends Pick<Session, "user" | "tty" | "fromIp" | "type"> {
  sessions: Session[];
}

/**
 * Puts sessions into groups that no label tells apart. Of a user with too many groups, those that had a series at
 * the collection before keep it; the rest is one group for each type, without terminal and address.
 */
export class SessionSeries {
  private keys = new Set<string>();

  /** @param sessions in a stable order: of new groups the first ones get the series that are free */
  group(sessions: readonly Session[]): SessionGroup[] {
    const groups = new Map<string, SessionGroup>();
    for (const session of sessions) add(groups, session, session.tty, session.fromIp);
    const kept = new Map<string, SessionGroup>();
    for (const ofUser of Map.groupBy(groups, ([, { user }]) => user).values()) {
      for (const [key, group] of this.choose(ofUser)) kept.set(key, group);
    }
    this.keys = new Set(kept.keys());
    // What has no series of its own is added last: it may join a group that has neither terminal nor address.
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

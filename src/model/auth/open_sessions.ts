import {
  savedCount,
  savedFlag,
  savedList,
  savedOptional,
  savedRecord,
  savedText,
} from "../../sources/saved_value.ts";

/** logind's own limit (SessionsMax= of logind.conf(5)); beyond it the oldest are forgotten. */
export const MAX_OPEN = 8192;
/** Sessions cut off by a crash have no logged end, so only those of the latest boots are kept. */
const MAX_BOOTS = 2;

export interface OpenSession {
  id: string;
  /** The pid of the process that opened it. */
  leaderPid: number;
  /** In microseconds since boot. */
  startUs: number;
  /** Undefined while unknown: it may be a user's service manager. */
  isLogin: boolean | undefined;
}

/** The sessions that logind opened and has not ended, by boot and id: ids start again at each boot. */
export class OpenSessions {
  /** By boot id and session id; the boot seen last is at the end. */
  private readonly boots = new Map<string, Map<string, OpenSession>>();
  private size = 0;
  /** By leader, the sessions of which it is unknown whether they are logins. */
  private readonly undecided = new Map<number, OpenSession>();

  get(bootId: string, id: string): OpenSession | undefined {
    return this.boots.get(bootId)?.get(id);
  }

  /** Adds a session and drops one of the same boot and id: logind starts at 1 again after a restart. */
  add(bootId: string, session: OpenSession): void {
    this.take(bootId, session.id);
    let sessions = this.boots.get(bootId);
    if (sessions === undefined) this.boots.set(bootId, (sessions = new Map()));
    sessions.set(session.id, session);
    if (session.isLogin === undefined) this.undecided.set(session.leaderPid, session);
    this.size++;
    if (this.size > MAX_OPEN || this.boots.size > MAX_BOOTS) this.forgetOldest();
  }

  /** Returns a session and forgets it. */
  take(bootId: string, id: string): OpenSession | undefined {
    const sessions = this.boots.get(bootId);
    const session = sessions?.get(id);
    if (session === undefined) return undefined;
    sessions!.delete(id);
    this.forget(session);
    return session;
  }

  /** Notes that the session that a process opened is a login. */
  decide(leaderPid: number): void {
    const session = this.undecided.get(leaderPid);
    if (session === undefined) return;
    session.isLogin = true;
    this.undecided.delete(leaderPid);
  }

  private forgetOldest(): void {
    for (const [bootId, sessions] of this.boots) {
      if (this.boots.size > MAX_BOOTS) {
        for (const session of sessions.values()) this.forget(session);
        this.boots.delete(bootId);
        return;
      }
      for (const id of sessions.keys()) return void this.take(bootId, id);
    }
  }

  private forget(session: OpenSession): void {
    this.size--;
    if (this.undecided.get(session.leaderPid) === session) {
      this.undecided.delete(session.leaderPid);
    }
  }

  toJSON(): unknown {
    const rows = (sessions: Map<string, OpenSession>) =>
      Array.from(sessions.values(), ({ id, leaderPid, startUs, isLogin = null }) => {
        return [id, leaderPid, startUs, isLogin];
      });
    return Object.fromEntries(Array.from(this.boots, ([id, sessions]) => [id, rows(sessions)]));
  }

  /** @throws SavedStateError for a value that `toJSON` did not make */
  static from(value: unknown): OpenSessions {
    const open = new OpenSessions();
    for (const [bootId, rows] of Object.entries(savedRecord(value, "open sessions"))) {
      for (const item of savedList(rows, "sessions of a boot")) {
        const row = savedList(item, "open session");
        open.add(bootId, {
          id: savedText(row[0], "session's id"),
          leaderPid: savedCount(row[1], "session's leader"),
          startUs: savedCount(row[2], "session's start"),
          isLogin: savedOptional(row[3], "session's isLogin", savedFlag),
        });
      }
    }
    return open;
  }
}

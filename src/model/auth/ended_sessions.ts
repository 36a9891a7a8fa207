import type { LogindFields } from "../../sources/logs/record.ts";
import type { LogindSession } from "../../sources/logins/logind.ts";
import type { SessionEvent } from "../../sources/messages/logind.ts";
import { LOGIN_CLASSES } from "../sessions/logind_sessions.ts";
import type { HostFacts } from "./host_facts.ts";
import { OpenSessions } from "./open_sessions.ts";
import type { Emit } from "./outcome.ts";
import { PamSessions } from "./pam_sessions.ts";
import {
  savedCount,
  savedFlag,
  savedList,
  savedNumber,
  savedOptional,
  savedRecord,
} from "../../sources/saved_value.ts";

/** PAM opens the session at once when sshd or login has let somebody in. */
const LOGIN_TO_SESSION_MS = 60_000;
/** The most logins that are remembered until their session opens. */
const MAX_LOGINS = 1024;

type FindSession = HostFacts["findSession"];

/**
 * Tells of each login session that ends, and how long it lasted, once: by logind's entries, or where there are
 * none by what PAM logs for sshd.
 *
 * Before systemd 258 an entry does not tell a login from a user's service manager. Then the session's file does
 * while it lives, and else the process that opened it: sshd or login, when they let somebody in just then.
 */
export class EndedSessions {
  private open = new OpenSessions();
  private pam = new PamSessions();
  /** By pid, the latest logins of sshd and login, with their times. */
  private readonly logins = new Map<number, number>();
  /** From the first entry of logind's on, or when its files are there. */
  private byLogind = false;
  /** Ends up to this time were there before we counted them, in milliseconds since the epoch. */
  private countedSinceMs: number | undefined;

  constructor(private readonly findSession: FindSession) {}

  /** Whether there is anything that tells of ends: without it 0 would say that nobody leaves. */
  get isKnown(): boolean {
    return this.byLogind || this.pam.wereSeen;
  }

  /** Takes over what is open now; what logind logged of it may be from before we began to read. */
  begin(bootId: string, sessions: readonly LogindSession[]): void {
    this.byLogind = true;
    for (const { id, leaderPid, startMonotonicUs: startUs, state, class: name } of sessions) {
      const isNew = startUs !== undefined && this.open.get(bootId, id) === undefined;
      if (!isNew || state === "closing" || !LOGIN_CLASSES.has(name)) continue;
      this.open.add(bootId, { id, leaderPid, startUs, isLogin: true });
    }
  }

  takeLogind(event: SessionEvent, fields: LogindFields, timeMs: number, emit: Emit): void {
    this.byLogind = true;
    const { bootId, monotonicUs } = fields;
    if (event.kind === "started") {
      const { id, leaderPid } = event;
      const isLogin = this.isLogin(event, bootId, timeMs);
      if (isLogin === false) return;
      this.open.add(bootId, { id, leaderPid, startUs: monotonicUs, isLogin });
      return;
    }
    const session = this.open.take(bootId, event.id);
    if (session?.isLogin !== true || timeMs <= (this.countedSinceMs ?? -1)) return;
    emit({ kind: "session_ended", seconds: Math.max(0, monotonicUs - session.startUs) / 1e6 });
  }

  /** sshd or login has let somebody in. */
  noteLogin(pid: number, timeMs: number): void {
    this.open.decide(pid);
    this.logins.delete(pid);
    this.logins.set(pid, timeMs);
    if (this.logins.size > MAX_LOGINS) this.logins.delete(this.logins.keys().next().value!);
  }

  /** PAM opened a session for a process of sshd's. */
  openByPam(pid: number, timeMs: number): void {
    if (!this.byLogind) this.pam.open(pid, timeMs);
  }

  closeByPam(pid: number, timeMs: number, emit: Emit): void {
    if (this.byLogind) return;
    const seconds = this.pam.close(pid, timeMs);
    if (seconds !== undefined) emit({ kind: "session_ended", seconds });
  }

  private isLogin(
    { id, leaderPid, class: name }: Extract<SessionEvent, { kind: "started" }>,
    bootId: string,
    timeMs: number,
  ): boolean | undefined {
    if (name !== undefined) return LOGIN_CLASSES.has(name);
    const file = this.findSession(bootId, id);
    if (file?.leaderPid === leaderPid) return LOGIN_CLASSES.has(file.class);
    const loginMs = this.logins.get(leaderPid);
    if (loginMs === undefined) return undefined;
    return Math.abs(timeMs - loginMs) <= LOGIN_TO_SESSION_MS ? true : undefined;
  }

  toJSON(): unknown {
    return {
      open: this.open,
      pam: this.pam,
      logins: [...this.logins],
      byLogind: this.byLogind,
      countedSinceMs: this.countedSinceMs ?? null,
    };
  }

  /**
   * @param value undefined where an earlier version saved the state, which did not read logind's entries: they
   *   are all still unread
   * @param lastRecordMs the time of the last record that it read
   * @throws SavedStateError for a value that `toJSON` did not make
   */
  static from(
    value: unknown,
    lastRecordMs: number | undefined,
    findSession: FindSession,
  ): EndedSessions {
    const ended = new EndedSessions(findSession);
    ended.countedSinceMs = lastRecordMs;
    if (value === undefined) return ended;
    const saved = savedRecord(value, "ended sessions");
    ended.open = OpenSessions.from(saved["open"]);
    ended.pam = PamSessions.from(saved["pam"]);
    for (const item of savedList(saved["logins"], "logins").slice(-MAX_LOGINS)) {
      const row = savedList(item, "login");
      ended.logins.set(savedCount(row[0], "login's pid"), savedNumber(row[1], "login's time"));
    }
    ended.byLogind = savedFlag(saved["byLogind"], "byLogind");
    const sinceMs = saved["countedSinceMs"];
    ended.countedSinceMs = savedOptional(sinceMs, "countedSinceMs", savedNumber);
    return ended;
  }
}

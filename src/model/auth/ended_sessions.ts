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

/** PAM opens the session right after sshd or login accepts a user. */
const LOGIN_TO_SESSION_MS = 60_000;
/** Most logins remembered until their session opens. */
const MAX_LOGINS = 1024;

type FindSession = HostFacts["findSession"];

/**
 * Reports the end of each login session once, with its duration: from logind's entries, or without those from what PAM
 * logs for sshd.
 *
 * Before systemd 258 an entry does not say whether the session is a login or a user's service manager. Then its file
 * tells while the session lives; after that, it is a login if the process that opened it is an sshd or login that has
 * just accepted a user.
 */
export class EndedSessions {
  private open = new OpenSessions();
  private pam = new PamSessions();
  /** By pid, the latest logins of sshd and login, with their times. */
  private readonly logins = new Map<number, number>();
  /** True after the first entry of logind, or when its files exist. */
  private byLogind = false;
  /** Ends up to this time are not counted, in milliseconds since the epoch: they were logged before counting began. */
  private countedSinceMs: number | undefined;

  constructor(private readonly findSession: FindSession) {}

  /** Whether any log reports ends: without one, 0 would mean that nobody leaves. */
  get isKnown(): boolean {
    return this.byLogind || this.pam.wereSeen;
  }

  /** Adds the sessions that are open now; logind may have logged their start before reading began. */
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

  /** Notes that sshd or login has accepted a user. */
  noteLogin(pid: number, timeMs: number): void {
    this.open.decide(pid);
    this.logins.delete(pid);
    this.logins.set(pid, timeMs);
    if (this.logins.size > MAX_LOGINS) this.logins.delete(this.logins.keys().next().value!);
  }

  /** Notes that PAM opened a session for a process of sshd. */
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
   * @param value undefined when an earlier version saved the state: it did not read logind's entries, so all are unread
   * @param lastRecordMs the time of the last record read
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

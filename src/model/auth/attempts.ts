import { parseDropbearMessage } from "../../sources/messages/dropbear.ts";
import type { LogRecord } from "../../sources/logs/record.ts";
import { isConsoleLogin, isRootLogin } from "../../sources/messages/login.ts";
import { parseLogindMessage } from "../../sources/messages/logind.ts";
import type { SshEvent } from "../../sources/messages/ssh_event.ts";
import { parseSshdMessage } from "../../sources/messages/sshd.ts";
import { parseSuMessage } from "../../sources/messages/su.ts";
import { parseSudoMessage } from "../../sources/messages/sudo.ts";
import { Connections } from "./connections.ts";
import { EndedSessions } from "./ended_sessions.ts";
import { Escalations } from "./escalations.ts";
import { NO_FACTS } from "./host_facts.ts";
import type { Emit } from "./outcome.ts";
import { savedNumber, savedOptional, savedRecord } from "../../sources/saved_value.ts";
import { MaxStartups } from "./max_startups.ts";

/** How far the records' time advances between two searches for idle connections. */
const EXPIRE_STEP_MS = 10_000;

/**
 * Turns log records into outcomes: one for each attempt, however many lines report it. Its state can be saved and
 * restored in the middle of a connection.
 */
export class Attempts {
  private connections: Connections;
  private escalations: Escalations;
  private maxStartups = new MaxStartups();
  ended: EndedSessions;
  private expiredMs = 0;
  /** The time of the last record, and when it arrived by our clock. */
  private recordMs: number | undefined;
  private arrivedMs: number | undefined;

  constructor({ isRoot, findSession } = NO_FACTS) {
    this.connections = new Connections(isRoot);
    this.escalations = new Escalations(isRoot);
    this.ended = new EndedSessions(findSession);
  }

  /** Takes the records in the order in which they were written. */
  take(record: LogRecord, emit: Emit): void {
    this.recordMs = record.timeMs;
    this.arrivedMs = undefined;
    if (Math.abs(record.timeMs - this.expiredMs) >= EXPIRE_STEP_MS) {
      this.expire(record.timeMs, emit);
    }
    switch (record.identifier) {
      case "sshd":
      case "sshd-session":
      case "sshd-auth":
        return this.takeSsh(parseSshdMessage(record.message), record, emit);
      case "dropbear":
        return this.takeSsh(parseDropbearMessage(record.message), record, emit);
      case "login":
        return this.takeLogin(record, emit);
      case "systemd-logind": {
        const event = record.logind && parseLogindMessage(record.message, record.logind);
        if (event) this.ended.takeLogind(event, record.logind!, record.timeMs, emit);
        return;
      }
      case "su": {
        const event = parseSuMessage(record.message);
        if (event !== undefined) this.escalations.takeSu(event, record, emit);
        return;
      }
      case "sudo":
      case "sudo-rs": {
        const event = parseSudoMessage(record.message);
        if (event !== undefined) this.escalations.takeSudo(event, record, emit);
      }
    }
  }

  /**
   * Call it at the end of the log: ends connections that have gone quiet. Idle time is measured by the records' own
   * times, so a log with another clock or time zone does no harm.
   */
  settle(nowMs: number, emit: Emit): void {
    if (this.recordMs === undefined) return;
    this.arrivedMs ??= nowMs;
    this.expire(this.recordMs + Math.max(0, nowMs - this.arrivedMs), emit);
  }

  private takeSsh(event: SshEvent | undefined, record: LogRecord, emit: Emit): void {
    if (event === undefined) return;
    const { copies, pid = -1 } = record;
    if (record.pid !== undefined) this.takeSession(event, record.pid, record.timeMs, emit);
    if (event.kind === "session_opened") return;
    if (event.kind === "throttling") return this.maxStartups.sum(pid, event.total, emit);
    if (event.kind !== "dropped") return this.connections.take(event, record, emit);
    const count = event.count * copies;
    if (event.throttled) return this.maxStartups.drop(pid, count, emit);
    emit({ kind: "dropped_connection", count });
  }

  private takeSession(event: SshEvent, pid: number, timeMs: number, emit: Emit): void {
    switch (event.kind) {
      case "accepted":
        return this.ended.noteLogin(pid, timeMs);
      case "session_opened":
        this.ended.noteLogin(pid, timeMs);
        return this.ended.openByPam(pid, timeMs);
      case "session_closed":
        return this.ended.closeByPam(pid, timeMs, emit);
    }
  }

  private takeLogin({ message, copies, pid, timeMs }: LogRecord, emit: Emit): void {
    if (isRootLogin(message)) emit({ kind: "console_root_login", count: copies });
    if (pid !== undefined && isConsoleLogin(message)) this.ended.noteLogin(pid, timeMs);
  }

  private expire(nowMs: number, emit: Emit): void {
    this.expiredMs = nowMs;
    this.connections.expire(nowMs, emit);
    this.escalations.expire(nowMs, emit);
  }

  toJSON(): unknown {
    return {
      connections: this.connections,
      escalations: this.escalations,
      throttle: this.maxStartups,
      ended: this.ended,
      recordMs: this.recordMs ?? null,
      arrivedMs: this.arrivedMs ?? null,
    };
  }

  /** @throws SavedStateError for a value that `toJSON` did not make */
  static from(value: unknown, host = NO_FACTS): Attempts {
    const { isRoot, findSession } = host;
    const saved = savedRecord(value, "attempts");
    const attempts = new Attempts(host);
    const connections = savedRecord(saved["connections"], "connections");
    attempts.connections = Connections.from(connections, isRoot);
    const escalations = savedRecord(saved["escalations"], "escalations");
    attempts.escalations = Escalations.from(escalations, isRoot);
    attempts.maxStartups = MaxStartups.from(savedRecord(saved["throttle"], "MaxStartups"));
    attempts.recordMs = savedOptional(saved["recordMs"], "last record's time", savedNumber);
    attempts.arrivedMs = savedOptional(saved["arrivedMs"], "arrival", savedNumber);
    attempts.ended = EndedSessions.from(saved["ended"], attempts.recordMs, findSession);
    return attempts;
  }
}

import { ownText } from "../../sources/own_text.ts";
import type { LogRecord } from "../../sources/logs/record.ts";
import type { SuEvent } from "../../sources/messages/su.ts";
import type { SudoEvent } from "../../sources/messages/sudo.ts";
import type { Emit } from "./outcome.ts";
import {
  savedCount,
  savedFlag,
  savedList,
  savedNumber,
  savedOptional,
  savedRecord,
  savedText,
} from "../../sources/saved_value.ts";

/** Classic sudo waits so long for a password; then it says itself that the run failed. */
const PASSWORD_WAIT_MS = 300_000;
const MAX_CALLERS = 256;
/**
 * What sudo has to say beyond 960 bytes (syslog_maxlen in man 5 sudoers, and that of old) goes into more lines. The
 * caller's name and what stands before the message belong to them.
 */
const CUT_LENGTH = 600;
/** sudo writes the pieces of a message one right after the other. */
const PIECES_WAIT_MS = 2_000;
/** The most runs that are remembered until their end is logged. */
const MAX_RUNS = 256;

type Ran = Extract<SudoEvent, { kind: "ran" }>;

/**
 * Runs of sudo and su by users other than root. Root needs neither to become somebody else, and its
 * scripts call them all the time.
 *
 * sudo-rs does not log a run that failed, so PAM's line about the first wrong password, or the account, stands
 * for it, unless the same caller's run then succeeds. Classic sudo logs its failures, so PAM's lines count
 * for nothing there.
 */
export class Escalations {
  /** Callers whose first password was wrong, with its time, where the outcome is still open. */
  private readonly pending = new Map<string, number>();
  /** Which sudo this host has: the one that logged last. Undefined until one did. */
  private rust: boolean | undefined;
  /** Hashes of sudo's last runs, with how often each was logged without its end. */
  private readonly runs = new Map<string, number>();
  /** A cut line that says again what a run said: its next pieces tell whether it is the run's end. */
  private repeated: { user: string; key: string; copies: number; timeMs: number } | undefined;
  /** By process and caller, what a question was if the next piece shows that it was none. */
  private readonly asked = new Map<string, SudoEvent>();
  /** Shadow's first line about a run of su, which the next one says again. */
  private suSaid: string | undefined;

  /** @param isRoot whether a login name has uid 0 */
  constructor(private readonly isRoot: (name: string) => boolean) {}

  takeSu(event: SuEvent, record: LogRecord, emit: Emit): void {
    const { caller: user, target, success, isShort } = event;
    const key = hash(`${record.pid ?? ""} ${success} ${user}:${target}`);
    const isSaid = isShort && this.suSaid === key;
    this.suSaid = isShort ? undefined : key;
    if (isSaid || this.isRoot(user)) return;
    emit({ kind: "escalation", method: "su", user, success, count: record.copies });
  }

  takeSudo(event: SudoEvent, record: LogRecord, emit: Emit): void {
    const { caller: user } = event;
    if (this.isRoot(user)) return;
    const key = `${record.pid ?? ""} ${user}`;
    const asked = this.asked.get(key);
    this.asked.delete(key);
    if (event.kind === "asked") {
      this.asked.set(key, event.ifContinued);
      if (this.asked.size > MAX_CALLERS) this.asked.delete(this.asked.keys().next().value!);
      return;
    }
    if (event.kind === "continued") {
      if (asked) return this.takeSudo(asked, record, emit);
      if (event.isEnd && this.repeated?.user === user) this.endRepeated();
      return;
    }
    if (this.repeated?.user === user) this.countRepeated(emit);
    if (event.kind === "pam_refused") {
      this.refuseByPam(user, record, emit);
      return;
    }
    if (event.kind === "ran" && this.isEnd(event, record, emit)) return;
    this.pending.delete(user);
    this.rust = event.kind === "ran" && event.rust;
    const success = event.kind === "ran";
    emit({ kind: "escalation", method: "sudo", user, success, count: record.copies });
  }

  /** Decides the runs of which nothing more can come. */
  expire(nowMs: number, emit: Emit): void {
    const { repeated } = this;
    if (repeated && Math.abs(nowMs - repeated.timeMs) > PIECES_WAIT_MS) this.countRepeated(emit);
    for (const [user, timeMs] of this.pending) {
      if (Math.abs(nowMs - timeMs) <= PASSWORD_WAIT_MS) break;
      this.pending.delete(user);
      emitFailures(user, 1, emit);
    }
  }

  /**
   * Whether a line tells of the end of a run that was counted, or may do so. A user can give a command an
   * argument that reads like the end of a line, so the run must have been seen.
   */
  private isEnd(event: Ran, record: LogRecord, emit: Emit): boolean {
    const keyOf = (command: string) => hash(`${record.pid ?? ""} ${event.caller} ${command}`);
    const key = keyOf(event.command);
    if (event.endOf !== undefined) {
      if (this.forget(keyOf(event.endOf))) return true;
    } else if (event.command.length >= CUT_LENGTH && this.runs.has(key)) {
      // What is cut off says whether it is the end. A process says it of one run.
      if (record.pid !== undefined) return this.forget(key);
      this.countRepeated(emit);
      this.repeated = { user: event.caller, key, copies: record.copies, timeMs: record.timeMs };
      return true;
    }
    this.remember(key, record.copies);
    return false;
  }

  private endRepeated(): void {
    this.forget(this.repeated!.key);
    this.repeated = undefined;
  }

  private countRepeated(emit: Emit): void {
    if (this.repeated === undefined) return;
    const { user, key, copies: count } = this.repeated;
    this.repeated = undefined;
    this.remember(key, count);
    emit({ kind: "escalation", method: "sudo", user, success: true, count });
  }

  private remember(key: string, copies: number): void {
    const count = this.runs.get(key) ?? 0;
    this.runs.delete(key);
    this.runs.set(key, count + copies);
    if (this.runs.size > MAX_RUNS) this.runs.delete(this.runs.keys().next().value!);
  }

  /** @returns whether there was such a run that had not ended */
  private forget(key: string): boolean {
    const count = this.runs.get(key) ?? 0;
    if (count > 1) this.runs.set(key, count - 1);
    else this.runs.delete(key);
    return count > 0;
  }

  /** PAM writes one such line for a run, so the next one tells that the run before it failed. */
  private refuseByPam(user: string, record: LogRecord, emit: Emit): void {
    if (this.rust === false) return;
    const before = record.copies - 1 + (this.pending.delete(user) ? 1 : 0);
    if (before > 0) emitFailures(user, before, emit);
    this.pending.set(ownText(user), record.timeMs);
    if (this.pending.size <= MAX_CALLERS) return;
    const [oldest] = this.pending.keys();
    this.pending.delete(oldest!);
    emitFailures(oldest!, 1, emit);
  }

  toJSON(): unknown {
    return {
      pending: [...this.pending],
      rust: this.rust ?? null,
      runs: [...this.runs],
      repeated: this.repeated ?? null,
      suSaid: this.suSaid ?? null,
    };
  }

  /** @throws SavedStateError for a value that `toJSON` did not make */
  static from(value: Record<string, unknown>, isRoot: (name: string) => boolean): Escalations {
    const escalations = new Escalations(isRoot);
    for (const item of savedList(value["pending"], "pending callers")) {
      const row = savedList(item, "pending caller");
      escalations.pending.set(savedText(row[0], "caller"), savedNumber(row[1], "caller's time"));
    }
    escalations.rust = savedOptional(value["rust"], "kind of sudo", savedFlag);
    // 1.0.0 did not save what follows.
    for (const item of savedList(value["runs"] ?? [], "runs").slice(0, MAX_RUNS)) {
      const row = savedList(item, "run");
      escalations.runs.set(savedText(row[0], "run"), savedCount(row[1], "run's count"));
    }
    escalations.repeated = savedOptional(value["repeated"] ?? null, "cut line", (saved, what) => {
      const { user, key, copies, timeMs } = savedRecord(saved, what);
      return {
        user: savedText(user, "caller"),
        key: savedText(key, "run"),
        copies: savedCount(copies, "copies"),
        timeMs: savedNumber(timeMs, "time"),
      };
    });
    escalations.suSaid = savedOptional(value["suSaid"] ?? null, "su's first line", savedText);
    return escalations;
  }
}

function emitFailures(user: string, count: number, emit: Emit): void {
  emit({ kind: "escalation", method: "sudo", user, success: false, count });
}

function hash(text: string): string {
  return Bun.hash.xxHash64(text).toString(36);
}

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

/** How long classic sudo waits for a password; then it logs itself that the run failed. */
const PASSWORD_WAIT_MS = 300_000;
const MAX_CALLERS = 256;
/**
 * sudo splits a message longer than 960 bytes into several lines (syslog_maxlen in man 5 sudoers). The limit includes
 * the caller's name and what precedes the message, so a command of this length may be cut.
 */
const CUT_LENGTH = 600;
/** sudo writes the pieces of a message one directly after the other. */
const PIECES_WAIT_MS = 2_000;
/** Most runs remembered until their end is logged. */
const MAX_RUNS = 256;

type Ran = Extract<SudoEvent, { kind: "ran" }>;

/**
 * Runs of sudo and su by users other than root. Root's runs don't count: it needs no password, and its scripts call
 * both all the time.
 *
 * sudo-rs does not log a failed run, so PAM's line about the first wrong password or the account counts instead, unless
 * the same caller's run then succeeds. Classic sudo logs its failures, so PAM's lines are ignored.
 */
export class Escalations {
  /** Callers whose first password was wrong, with its time, while the outcome is open. */
  private readonly pending = new Map<string, number>();
  /** Whether this host has sudo-rs: the sudo that logged last decides. Undefined until one has. */
  private rust: boolean | undefined;
  /** Hashes of sudo's last runs, each with the number of starts whose end is not logged yet. */
  private readonly runs = new Map<string, number>();
  /** A cut line that repeats a run's line: its next pieces show whether it is the run's end. */
  private repeated: { user: string; key: string; copies: number; timeMs: number } | undefined;
  /** By process and caller: the event to take when the next line shows that a question was a cut message. */
  private readonly asked = new Map<string, SudoEvent>();
  /** The first line that shadow's su logs of a run; the next line repeats it. */
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

  /** Decides the runs about which nothing more can be logged. */
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
   * Whether a line reports, or may report, the end of a run already counted. A command's argument can imitate such a
   * line, so the run itself must have been seen.
   */
  private isEnd(event: Ran, record: LogRecord, emit: Emit): boolean {
    const keyOf = (command: string) => hash(`${record.pid ?? ""} ${event.caller} ${command}`);
    const key = keyOf(event.command);
    if (event.endOf !== undefined) {
      if (this.forget(keyOf(event.endOf))) return true;
    } else if (event.command.length >= CUT_LENGTH && this.runs.has(key)) {
      // The part cut off says whether it is the end. One process logs one run.
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

  /** @returns whether such a run was open */
  private forget(key: string): boolean {
    const count = this.runs.get(key) ?? 0;
    if (count > 1) this.runs.set(key, count - 1);
    else this.runs.delete(key);
    return count > 0;
  }

  /** PAM writes one such line for each run, so a second one shows that the earlier run failed. */
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

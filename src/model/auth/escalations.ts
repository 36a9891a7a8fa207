import type { LogRecord } from "../../sources/logs/record.ts";
import type { SuEvent } from "../../sources/messages/su.ts";
import type { SudoEvent } from "../../sources/messages/sudo.ts";
import type { Emit } from "./outcome.ts";
import { savedFlag, savedList, savedNumber, savedOptional, savedText } from "./saved.ts";

/** Classic sudo waits so long for a password; then it says itself that the run failed. */
const PASSWORD_WAIT_MS = 300_000;
const MAX_CALLERS = 256;

/**
 * Runs of sudo and su by users other than root. Root needs neither to become somebody else, and its
 * scripts call them all the time.
 *
 * sudo-rs does not log a run that failed, so PAM's line about the first wrong password stands for it,
 * unless the same caller's run then succeeds. Classic sudo logs its failures, so PAM's lines count
 * for nothing there.
 */
export class Escalations {
  /** Callers whose first password was wrong, with its time, where the outcome is still open. */
  private readonly pending = new Map<string, number>();
  /** Which sudo this host has: the one that logged last. Undefined until one did. */
  private rust: boolean | undefined;

  takeSu(event: SuEvent, record: LogRecord, emit: Emit): void {
    if (event.caller === "root") return;
    emit({ kind: "escalation", method: "su", success: event.success, count: record.copies });
  }

  takeSudo(event: SudoEvent, record: LogRecord, emit: Emit): void {
    if (event.caller === "root") return;
    if (event.kind === "password_refused") {
      this.refusePassword(event.caller, record, emit);
      return;
    }
    this.pending.delete(event.caller);
    this.rust = event.kind === "ran" && event.rust;
    const success = event.kind === "ran";
    emit({ kind: "escalation", method: "sudo", success, count: record.copies });
  }

  /** Decides the runs of which nothing more can come. */
  expire(nowMs: number, emit: Emit): void {
    for (const [caller, timeMs] of this.pending) {
      if (Math.abs(nowMs - timeMs) <= PASSWORD_WAIT_MS) break;
      this.pending.delete(caller);
      emitFailures(1, emit);
    }
  }

  /** PAM writes one such line for each run, so the next one tells that the run before it failed. */
  private refusePassword(caller: string, record: LogRecord, emit: Emit): void {
    if (this.rust === false) return;
    const before = record.copies - 1 + (this.pending.delete(caller) ? 1 : 0);
    if (before > 0) emitFailures(before, emit);
    this.pending.set(caller, record.timeMs);
    if (this.pending.size <= MAX_CALLERS) return;
    const [oldest] = this.pending;
    this.pending.delete(oldest![0]);
    emitFailures(1, emit);
  }

  toJSON(): unknown {
    return { pending: [...this.pending], rust: this.rust ?? null };
  }

  /** @throws SavedStateError for a value that `toJSON` did not make */
  static from(value: Record<string, unknown>): Escalations {
    const escalations = new Escalations();
    for (const item of savedList(value["pending"], "pending callers")) {
      const row = savedList(item, "a pending caller");
      escalations.pending.set(
        savedText(row[0], "a caller"),
        savedNumber(row[1], "a caller's time"),
      );
    }
    escalations.rust = savedOptional(value["rust"], "the kind of sudo", savedFlag);
    return escalations;
  }
}

function emitFailures(count: number, emit: Emit): void {
  emit({ kind: "escalation", method: "sudo", success: false, count });
}

import {
  ESCALATION_METHODS,
  type EscalationMethod,
  FAILURE_REASONS,
  type FailureReason,
  LOGIN_METHODS,
  type LoginMethod,
  type Outcome,
} from "./outcome.ts";
import { Durations } from "./durations.ts";
import { savedCount, savedRecord } from "../../sources/saved_value.ts";
import { FailureWindow } from "./failure_window.ts";
import { UserCounts } from "./user_counts.ts";

/**
 * The counters, and the window of the last hour. Every label value exists from the start at 0: a counter that appears
 * with its first event shows no increase.
 */
export class Tally {
  readonly failures: Record<FailureReason, number> = zeros(FAILURE_REASONS);
  readonly logins: Record<LoginMethod, number> = zeros(LOGIN_METHODS);
  readonly escalations: Record<EscalationMethod, { success: number; failure: number }> = {
    sudo: { success: 0, failure: 0 },
    su: { success: 0, failure: 0 },
  };
  /** Over SSH and at the console. */
  rootLogins = 0;
  unauthenticatedDisconnects = 0;
  droppedConnections = 0;
  users = new UserCounts();
  /** Durations of login sessions that ended. */
  durations = new Durations();

  constructor(readonly window = new FailureWindow()) {}

  /** @param live false for events from before counting began: they go into the window only */
  take(outcome: Outcome, live: boolean, nowMs: number): void {
    if (outcome.kind === "failure") {
      this.window.add(outcome.timeMs, nowMs, outcome.count, outcome.address, outcome.reason);
    } else if (outcome.kind === "failure_origin") {
      this.window.addOrigin(outcome.timeMs, nowMs, outcome.count, outcome.address);
    }
    if (live) this.count(outcome, nowMs);
  }

  private count(outcome: Outcome, nowMs: number): void {
    switch (outcome.kind) {
      case "failure":
        this.failures[outcome.reason] += outcome.count;
        return;
      case "login":
        this.logins[outcome.method]++;
        if (outcome.root) this.rootLogins++;
        this.users.add(outcome.user, `login ${outcome.method}`, 1, nowMs);
        return;
      case "console_root_login":
        this.rootLogins += outcome.count;
        return;
      case "session_ended":
        this.durations.add(outcome.seconds);
        return;
      case "unauthenticated_disconnect":
        this.unauthenticatedDisconnects++;
        return;
      case "dropped_connection":
        this.droppedConnections += outcome.count;
        return;
      case "escalation": {
        const result = outcome.success ? "success" : "failure";
        this.escalations[outcome.method][result] += outcome.count;
        this.users.add(outcome.user, `${outcome.method} ${result}`, outcome.count, nowMs);
      }
    }
  }

  /** 1.0.0 did not count by user, so its counts go to `other`. */
  private creditOther(): void {
    for (const method of LOGIN_METHODS) {
      this.users.addOther(`login ${method}`, this.logins[method]);
    }
    for (const method of ESCALATION_METHODS) {
      const { success, failure } = this.escalations[method];
      this.users.addOther(`${method} success`, success);
      this.users.addOther(`${method} failure`, failure);
    }
  }

  toJSON(): unknown {
    return {
      failures: this.failures,
      logins: this.logins,
      escalations: this.escalations,
      rootLogins: this.rootLogins,
      unauthenticatedDisconnects: this.unauthenticatedDisconnects,
      droppedConnections: this.droppedConnections,
      window: this.window,
      users: this.users,
      durations: this.durations,
    };
  }

  /**
   * A label value missing in the saved state, because a later version added it, starts at 0.
   *
   * @throws SavedStateError for a value that `toJSON` did not make
   */
  static from(value: unknown): Tally {
    const saved = savedRecord(value, "tally");
    const tally = new Tally(FailureWindow.from(saved["window"]));
    readCounts(saved["failures"], tally.failures, FAILURE_REASONS);
    readCounts(saved["logins"], tally.logins, LOGIN_METHODS);
    const escalations = savedRecord(saved["escalations"], "escalations");
    for (const method of ESCALATION_METHODS) {
      readCounts(escalations[method], tally.escalations[method], ["success", "failure"]);
    }
    tally.rootLogins = savedCount(saved["rootLogins"], "root logins");
    tally.unauthenticatedDisconnects = savedCount(
      saved["unauthenticatedDisconnects"],
      "disconnects",
    );
    tally.droppedConnections = savedCount(saved["droppedConnections"], "dropped connections");
    if (saved["users"] !== undefined) tally.users = UserCounts.from(saved["users"]);
    else tally.creditOther();
    const { durations } = saved;
    if (durations !== undefined) tally.durations = Durations.from(durations);
    return tally;
  }
}

function zeros<T extends string>(names: readonly T[]): Record<T, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<T, number>;
}

function readCounts<T extends string>(
  value: unknown,
  into: Record<T, number>,
  names: readonly T[],
): void {
  const saved = savedRecord(value, "counts");
  for (const name of names) {
    if (saved[name] !== undefined) into[name] = savedCount(saved[name], name);
  }
}

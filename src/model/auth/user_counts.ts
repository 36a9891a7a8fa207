import { ownText } from "../../sources/own_text.ts";
import {
  ESCALATION_METHODS,
  type EscalationMethod,
  LOGIN_METHODS,
  type LoginMethod,
} from "./outcome.ts";
import {
  savedCount,
  savedList,
  savedNumber,
  savedRecord,
  savedText,
} from "../../sources/saved_value.ts";

/** The label of all users without a label of their own. */
export const OTHER_USER = "other";
/** Most users with counts of their own; further ones count as `other`. */
const MAX_USERS = 4096;
/** Most names waiting for the answer of an account source. */
const MAX_WAITING = 1024;
/** No account has a longer name (LOGIN_NAME_MAX of limits.h, and userdb's). */
const MAX_NAME_LENGTH = 256;
/** How long the answer of a directory service, asked in the background, may take. */
export const DIRECTORY_WAIT_MS = 10_000;

/** One series: `login METHOD`, `sudo success`, `su failure`. */
type Action = `login ${LoginMethod}` | `${EscalationMethod} ${"success" | "failure"}`;
type Counts = Map<Action, number>;

const ACTIONS: ReadonlySet<string> = new Set<Action>([
  ...LOGIN_METHODS.map((method) => `login ${method}` as const),
  ...ESCALATION_METHODS.flatMap((method) => [`${method} success`, `${method} failure`] as const),
]);

/**
 * Counts logins and escalations by user. A name from a log becomes a label only when an account has it, and then the
 * account's own spelling is the label. Counts never move to another label.
 */
export class UserCounts {
  private readonly users = new Map<string, Counts>();
  /** By the name in the log: counts not yet matched to an account, and since when they wait. */
  private readonly waiting = new Map<string, { sinceMs: number; counts: Counts }>();

  /** @param name from the log: of a login that sshd accepted, or of a caller of sudo or su */
  add(name: string, action: Action, count: number, nowMs: number): void {
    const isFull = this.waiting.size >= MAX_WAITING && !this.waiting.has(name);
    if (isFull || name.length > MAX_NAME_LENGTH) return this.addOther(action, count);
    let waiting = this.waiting.get(name);
    if (waiting === undefined) {
      waiting = { sinceMs: nowMs, counts: new Map() };
      this.waiting.set(ownText(name), waiting);
    }
    merge(waiting.counts, new Map([[action, count]]));
  }

  /** Counts for `other`. */
  addOther(action: Action, count: number): void {
    if (count > 0) merge(this.countsOf(OTHER_USER), new Map([[action, count]]));
  }

  /**
   * Moves waiting counts to their label. A name that no source knows is looked up again while an answer may come, then
   * counts as `other`.
   *
   * @param labelOf returns the label of the account with a name; undefined when no account has it
   * @param waitMs how long to wait for an answer; 0 where all accounts are known at once
   */
  settle(labelOf: (name: string) => string | undefined, nowMs: number, waitMs: number): void {
    for (const [name, { sinceMs, counts }] of this.waiting) {
      const label = labelOf(name);
      if (label === undefined && Math.abs(nowMs - sinceMs) < waitMs) continue;
      this.waiting.delete(name);
      merge(this.countsOf(label ?? OTHER_USER), counts);
    }
  }

  /** Logins by user and method. */
  logins(): { username: string; method: LoginMethod; count: number }[] {
    return this.rows().flatMap(([username, action, count]) => {
      const [kind, method] = action.split(" ");
      return kind === "login" ? [{ username, method: method as LoginMethod, count }] : [];
    });
  }

  /** Uses of sudo and su by caller, method and result. */
  escalations(): { username: string; method: EscalationMethod; result: string; count: number }[] {
    return this.rows().flatMap(([username, action, count]) => {
      const [method, result = ""] = action.split(" ");
      if (method === "login") return [];
      return [{ username, method: method as EscalationMethod, result, count }];
    });
  }

  private rows(): [username: string, action: Action, count: number][] {
    return Array.from(this.users).flatMap(([username, counts]) =>
      Array.from(counts, ([action, count]): [string, Action, number] => [username, action, count]),
    );
  }

  private countsOf(label: string): Counts {
    const known = this.users.get(label);
    if (known !== undefined) return known;
    if (label !== OTHER_USER && this.users.size >= MAX_USERS) return this.countsOf(OTHER_USER);
    const counts: Counts = new Map();
    this.users.set(ownText(label), counts);
    return counts;
  }

  toJSON(): unknown {
    return {
      users: Array.from(this.users, ([label, counts]) => [label, ...counts]),
      waiting: Array.from(this.waiting, ([name, { sinceMs, counts }]) => [
        name,
        sinceMs,
        ...counts,
      ]),
    };
  }

  /** @throws SavedStateError for a value that `toJSON` did not make */
  static from(value: unknown): UserCounts {
    const saved = savedRecord(value, "counts by user");
    const all = new UserCounts();
    for (const item of savedList(saved["users"], "users").slice(0, MAX_USERS + 1)) {
      const row = savedList(item, "user");
      all.users.set(savedText(row[0], "user's name"), savedCounts(row.slice(1)));
    }
    for (const item of savedList(saved["waiting"], "waiting users").slice(0, MAX_WAITING)) {
      const row = savedList(item, "waiting user");
      const sinceMs = savedNumber(row[1], "waiting user's time");
      const counts = savedCounts(row.slice(2));
      all.waiting.set(savedText(row[0], "waiting user's name"), { sinceMs, counts });
    }
    return all;
  }
}

function merge(into: Counts, counts: Counts): void {
  for (const [action, count] of counts) into.set(action, (into.get(action) ?? 0) + count);
}

/** Actions that only a later version knows are dropped. */
function savedCounts(rows: readonly unknown[]): Counts {
  const counts: Counts = new Map();
  for (const item of rows) {
    const row = savedList(item, "user's count");
    const action = savedText(row[0], "action");
    if (ACTIONS.has(action)) counts.set(action as Action, savedCount(row[1], "user's count"));
  }
  return counts;
}

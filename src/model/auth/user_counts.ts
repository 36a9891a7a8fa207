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

/** The label of everybody who has none of their own. */
export const OTHER_USER = "other";
/** The most users with counts of their own; what further ones do counts as `other`. */
const MAX_USERS = 4096;
/** The most names that wait for the answer of an account source. */
const MAX_WAITING = 1024;
/** No account has a longer name (LOGIN_NAME_MAX of limits.h, and userdb's). */
const MAX_NAME_LENGTH = 256;
/** A directory service is asked in the background; so long its answer may take. */
export const DIRECTORY_WAIT_MS = 10_000;

/** One series: `login METHOD`, `sudo success`, `su failure`. */
type Action = `login ${LoginMethod}` | `${EscalationMethod} ${"success" | "failure"}`;
type Counts = Map<Action, number>;

const ACTIONS: ReadonlySet<string> = new Set<Action>([
  ...LOGIN_METHODS.map((method) => `login ${method}` as const),
  ...ESCALATION_METHODS.flatMap((method) => [`${method} success`, `${method} failure`] as const),
]);

/**
 * What each user did. A name from a log becomes a label only when an account has it, and then the
 * account's own name is the label; what is counted under a label stays there.
 */
export class UserCounts {
  private readonly users = new Map<string, Counts>();
  /** By the name in the log, what is not yet known to be an account's, and since when it waits. */
  private readonly waiting = new Map<string, { sinceMs: number; counts: Counts }>();

  /** @param name as the log has it, of a login that sshd accepted or of a caller of sudo or su */
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

  /** Counts for nobody in particular. */
  addOther(action: Action, count: number): void {
    if (count > 0) merge(this.countsOf(OTHER_USER), new Map([[action, count]]));
  }

  /**
   * Gives what waits the label it belongs under. A name that no source knows is asked for again as
   * long as an answer may come, and then counts as `other`.
   *
   * @param labelOf the name by which all series call the account of a name; undefined for no account
   * @param waitMs how long; 0 where all accounts are known at once
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

  /** Uses of sudo and su by who asked, method and result. */
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

/** A later version's actions are left out. */
function savedCounts(rows: readonly unknown[]): Counts {
  const counts: Counts = new Map();
  for (const item of rows) {
    const row = savedList(item, "user's count");
    const action = savedText(row[0], "action");
    if (ACTIONS.has(action)) counts.set(action as Action, savedCount(row[1], "user's count"));
  }
  return counts;
}

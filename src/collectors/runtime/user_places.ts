/**
 * Decides which users have series of their own when there are more than `--users.max`. They are the same in all
 * metrics; the rest are `username="other"`.
 */
import { OTHER_USER } from "../../model/auth/user_counts.ts";

/** Why a user has a place, best reason first: 0 a session, 1 processes, 2 a counter, 3 only a last login. */
export type Rank = 0 | 1 | 2 | 3;

/** The first rank that loses its place to a user with a better one. */
const LAST_LOGIN_ONLY = 3;
/** The rank of a user without any series. */
const GONE = 4;

export class UserPlaces {
  private readonly kept: Set<string>;

  /** @param kept the users with a place in the last run */
  constructor(kept: Iterable<string> = []) {
    this.kept = new Set(kept);
  }

  has(user: string): boolean {
    return this.kept.has(user);
  }

  get names(): readonly string[] {
    return [...this.kept];
  }

  /**
   * Gives places to users in the order of their ranks. A user keeps a place while having a session, processes or a
   * counter, unless there are fewer places than before.
   *
   * @param isComplete whether all collectors succeeded; otherwise nobody loses a place
   * @returns the users who lost their place
   */
  assign(ranks: ReadonlyMap<string, Rank>, max: number, isComplete: boolean): string[] {
    const rankOf = (user: string) => ranks.get(user) ?? GONE;
    const lost: string[] = [];
    const take = (user: string) => {
      this.kept.delete(user);
      lost.push(user);
    };
    const free = isComplete ? [...this.kept].filter((user) => rankOf(user) >= LAST_LOGIN_ONLY) : [];
    // The last one loses its place first.
    free.sort((a, b) => rankOf(a) - rankOf(b));
    if (isComplete && this.kept.size > max) {
      const order = [...this.kept].sort((a, b) => rankOf(b) - rankOf(a));
      for (const user of order.slice(0, this.kept.size - max)) take(user);
    }
    const before = new Set(lost);
    const newcomers = [...ranks.keys()].filter(
      (user) => user !== OTHER_USER && !this.kept.has(user) && !before.has(user),
    );
    if (newcomers.length > max - this.kept.size) {
      newcomers.sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
    }
    for (const user of newcomers) {
      if (this.kept.size >= max) {
        while (free.length > 0 && !this.kept.has(free.at(-1)!)) free.pop();
        const weakest = free.at(-1);
        if (weakest === undefined || rankOf(weakest) <= rankOf(user)) break;
        take(weakest);
      }
      this.kept.add(user);
    }
    return lost;
  }
}

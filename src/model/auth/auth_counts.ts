import type { LogSource } from "./log_choice.ts";
import type { Origin } from "./origin_window.ts";
import type { FailureReason } from "./outcome.ts";
import type { Tally } from "./tally.ts";

/** What the logs tell at one moment. */
export interface AuthCounts {
  tally: Tally;
  source: LogSource;
  /** Age of the oldest entry that is still unread; 0 when there is none. */
  lagSeconds: number;
  /** Bytes of logs that were deleted before they could be read. */
  lostBytes: number;
  /** Whether something tells of sessions that end. */
  knowsEnds: boolean;
}

/** The failed logins of the last hour, for people: an origin is a stranger's address, and no label. */
export interface RecentFailures {
  byReason: Readonly<Record<FailureReason, number>>;
  /** Most first. */
  origins: readonly Origin[];
}

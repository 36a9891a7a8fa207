import type { LogSource } from "./log_choice.ts";
import type { Origin } from "./origin_window.ts";
import type { FailureReason } from "./outcome.ts";
import type { Tally } from "./tally.ts";

/** The counts of all logs at one moment. */
export interface AuthCounts {
  tally: Tally;
  source: LogSource;
  /** Age of the oldest entry that is still unread; 0 when there is none. */
  lagSeconds: number;
  /** Bytes of logs that were deleted before they could be read. */
  lostBytes: number;
  /** Whether any log reports the end of sessions. */
  knowsEnds: boolean;
}

/**
 * The failed logins of the last hour, for people to read: strangers choose the addresses, so these are never labels.
 */
export interface RecentFailures {
  byReason: Readonly<Record<FailureReason, number>>;
  /** Most first. */
  origins: readonly Origin[];
}

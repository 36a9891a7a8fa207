import type { AuthCounts } from "../model/auth/auth_counts.ts";
import { DURATION_BOUNDS } from "../model/auth/durations.ts";
import { type Family, counter, histogram, observed, single } from "../metrics/metric.ts";

export const SESSIONS_ENDED = counter(
  "sessions_ended_total",
  "Login sessions that ended, also those that began and ended between two scrapes.",
);
export const SESSION_DURATION = histogram(
  "session_duration_seconds",
  "How long login sessions lasted, from login to logout, time asleep not included.",
  DURATION_BOUNDS,
);

/** Empty where neither logind nor PAM logs sessions. Part of the collector `auth`, which reads the logs. */
export function endedFamilies({
  tally,
  knowsEnds,
}: Pick<AuthCounts, "tally" | "knowsEnds">): Family[] {
  if (!knowsEnds) return [];
  const { counts, sumSeconds, total } = tally.durations;
  return [
    single(SESSIONS_ENDED, total),
    observed(SESSION_DURATION, [{ labels: {}, counts, sum: sumSeconds }]),
  ];
}

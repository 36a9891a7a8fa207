import { knowsSessions } from "../model/sessions/processes.ts";
import type { Session } from "../model/sessions/session.ts";
import { SessionSeries } from "../model/sessions/session_series.ts";
import {
  type Family,
  type Sample,
  earliest,
  family,
  gauge,
  newest,
  single,
} from "../metrics/metric.ts";
import type { Snapshot } from "./runtime/snapshot.ts";

const LABELS = ["username", "tty", "from_ip", "session_type"] as const;
type SessionSample = Sample<(typeof LABELS)[number]>;

export const LOGGED_IN_USERS = gauge(
  "logged_in_users",
  "Distinct users with at least one active session.",
);
export const SESSION_ACTIVE = gauge(
  "session_active",
  "Active sessions that share these labels: 1 for each session with a terminal.",
  ...LABELS,
);
export const SESSION_START = earliest(
  gauge(
    "session_start_timestamp_seconds",
    "When the session began; the earliest where several share these labels.",
    ...LABELS,
  ),
);
export const SESSION_LAST_INPUT = newest(
  gauge(
    "session_last_input_timestamp_seconds",
    "When the session's terminal was last typed on; idle time is time() minus this.",
    ...LABELS,
  ),
);

export const sessionsCollector = {
  name: "sessions",
  help: "who is logged in, from where and how",

  /** No metrics where no source of sessions is readable: 0 would mean that nobody is here. */
  async collect(snapshot: Snapshot): Promise<Family[]> {
    return knowsSessions(await snapshot.hostIndex())
      ? sessionFamilies(await snapshot.sessions(), snapshot.host.sessionSeries)
      : [];
  },
};

/**
 * Sessions with equal labels become one series: their number, first start, latest input.
 *
 * @param series remembers which sessions had series of their own in the last collection
 */
export function sessionFamilies(
  sessionList: readonly Session[],
  series = new SessionSeries(),
): Family[] {
  const groups = series.group(sessionList);
  const active: SessionSample[] = [];
  const start: SessionSample[] = [];
  const lastInput: SessionSample[] = [];
  for (const { user, tty, fromIp, type, sessions } of groups) {
    const labels = { username: user, tty, from_ip: fromIp, session_type: type };
    active.push({ labels, value: sessions.length });
    const starts = sessions.flatMap(({ startSeconds }) => startSeconds ?? []);
    if (starts.length > 0) start.push({ labels, value: starts.reduce((a, b) => Math.min(a, b)) });
    const inputs = sessions.flatMap(({ lastInputSeconds }) => lastInputSeconds ?? []);
    if (inputs.length > 0) {
      lastInput.push({ labels, value: inputs.reduce((a, b) => Math.max(a, b)) });
    }
  }
  return [
    single(LOGGED_IN_USERS, new Set(groups.map(({ user }) => user)).size),
    family(SESSION_ACTIVE, active),
    family(SESSION_START, start),
    family(SESSION_LAST_INPUT, lastInput),
  ];
}

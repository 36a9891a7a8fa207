import { knowsSessions } from "../model/sessions/processes.ts";
import type { Session } from "../model/sessions/session.ts";
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

  /** Nothing at all where no source tells of sessions: 0 would say that nobody is here. */
  async collect(snapshot: Snapshot): Promise<Family[]> {
    return knowsSessions(await snapshot.hostIndex())
      ? sessionFamilies(await snapshot.sessions())
      : [];
  },
};

/** Sessions that no label tells apart become one series: their number, first start, latest input. */
export function sessionFamilies(sessions: Session[]): Family[] {
  const groups = new Map<string, Session[]>();
  for (const session of sessions) {
    const key = JSON.stringify([session.user, session.tty, session.fromIp, session.type]);
    const group = groups.get(key);
    if (group) group.push(session);
    else groups.set(key, [session]);
  }
  const active: SessionSample[] = [];
  const start: SessionSample[] = [];
  const lastInput: SessionSample[] = [];
  for (const group of groups.values()) {
    const { user, tty, fromIp, type } = group[0]!;
    const labels = { username: user, tty, from_ip: fromIp, session_type: type };
    active.push({ labels, value: group.length });
    const starts = group.flatMap(({ startSeconds }) => startSeconds ?? []);
    if (starts.length > 0) start.push({ labels, value: Math.min(...starts) });
    const inputs = group.flatMap(({ lastInputSeconds }) => lastInputSeconds ?? []);
    if (inputs.length > 0) lastInput.push({ labels, value: Math.max(...inputs) });
  }
  return [
    single(LOGGED_IN_USERS, new Set(sessions.map(({ user }) => user)).size),
    family(SESSION_ACTIVE, active),
    family(SESSION_START, start),
    family(SESSION_LAST_INPUT, lastInput),
  ];
}

import type { AuthCounts } from "../model/auth/auth_counts.ts";
import type { Tally } from "../model/auth/tally.ts";
import { DIRECTORY_WAIT_MS } from "../model/auth/user_counts.ts";
import { MAX_ORIGINS } from "../model/auth/failure_window.ts";
import { type Family, byLabel, counter, family, gauge, single } from "../metrics/metric.ts";
import { endedFamilies } from "./ended_sessions.ts";
import type { Snapshot } from "./runtime/snapshot.ts";

export const FAILED_LOGINS_1H = gauge(
  "failed_logins_1h",
  "Failed SSH logins in the last 60 minutes, each attempt once.",
);
export const FAILED_LOGIN_SOURCES_1H = gauge(
  "failed_login_sources_1h",
  `Distinct addresses that failed logins came from in the last 60 minutes; at most ${MAX_ORIGINS} are told apart.`,
);
const SOURCES_LIMITED = gauge(
  "failed_login_sources_1h_limited",
  "1 when failed logins came from more addresses than are told apart, 0 when their number is exact.",
);
const FAILED = counter(
  "failed_logins_total",
  "Failed SSH logins: of an unknown or refused account, with refused credentials, or with none that sshd asks for.",
  "reason",
);
const LOGINS = counter("logins_total", "Accepted SSH logins.", "method");
export const ROOT_LOGINS = counter(
  "root_logins_total",
  "Logins as root, over SSH and at the console.",
);
const UNAUTHENTICATED = counter(
  "ssh_unauthenticated_disconnects_total",
  "SSH connections that ended before they named a user.",
);
const DROPPED = counter(
  "ssh_dropped_connections_total",
  "SSH connections that sshd refused for MaxStartups or as a penalty; the attempts in them are not seen.",
);
const ESCALATIONS = counter(
  "privilege_escalations_total",
  "Uses of sudo and su to act as another user.",
  "method",
  "result",
);
export const LOG_LAG = gauge(
  "log_lag_seconds",
  "Age of the oldest log entry that is still unread; 0 when there is none.",
  "source",
);
const LOG_LOST = counter(
  "log_lost_bytes_total",
  "Bytes of logs that were deleted or rotated away before they could be read.",
);

/** With a longer lag the metrics of the last hour are absent. */
const MAX_LAG_SECONDS = 60;

const USER_LOGINS = counter(
  "user_logins_total",
  "Accepted SSH logins by account.",
  "username",
  "method",
);
export const USER_ESCALATIONS = counter(
  "user_privilege_escalations_total",
  "Uses of sudo and su to act as another user, by the account that asked.",
  "username",
  "method",
  "result",
);

export const authCollector = {
  name: "auth",
  help: "failed logins, accepted logins, root logins, sudo and su, sessions that ended",

  /** No metrics when no log is readable: 0 would mean that nobody tries. */
  async collect(snapshot: Snapshot): Promise<Family[]> {
    const { host } = snapshot;
    // First, since reading the log asks whether a name is root's.
    const accounts = await snapshot.accounts();
    const counts = await host.pollAuth();
    const nowMs = Date.now();
    const labelOf = (name: string) => {
      const recorded = accounts.recordedName(name);
      const uid = recorded === undefined ? undefined : accounts.uidOf(recorded);
      // When several names share a uid, all series have the same one.
      return uid === undefined ? undefined : accounts.nameOf(uid);
    };
    counts?.tally.users.settle(labelOf, nowMs, accounts.asksDirectory ? DIRECTORY_WAIT_MS : 0);
    host.saveState("if due");
    if (counts === undefined) return [];
    return [
      ...logFamilies(counts),
      ...authFamilies(counts, nowMs),
      ...endedFamilies(counts),
      ...userFamilies(counts.tally, (name) => snapshot.isExcluded(name)),
    ];
  },
};

/** The counters by account. Excluded users are left out here, but counted in the counters without a user. */
export function userFamilies(tally: Tally, isExcluded: (name: string) => boolean): Family[] {
  const logins = tally.users.logins().filter(({ username }) => !isExcluded(username));
  const uses = tally.users.escalations().filter(({ username }) => !isExcluded(username));
  return [
    family(
      USER_LOGINS,
      logins.map(({ username, method, count: value }) => ({ labels: { username, method }, value })),
    ),
    family(
      USER_ESCALATIONS,
      uses.map(({ username, method, result, count: value }) => {
        return { labels: { username, method, result }, value };
      }),
    ),
  ];
}

export function logFamilies({ source, lagSeconds, lostBytes }: AuthCounts): Family[] {
  return [byLabel(LOG_LAG, [[source, lagSeconds]]), single(LOG_LOST, lostBytes)];
}

/** The counters of the logs. While much of a log is unread, the last hour's metrics are unknown and left out. */
export function authFamilies(
  { tally, lagSeconds }: Pick<AuthCounts, "tally" | "lagSeconds">,
  nowMs: number,
): Family[] {
  const window = lagSeconds > MAX_LAG_SECONDS ? [] : windowFamilies(tally, nowMs);
  return [...window, ...counterFamilies(tally)];
}

function windowFamilies(tally: Tally, nowMs: number): Family[] {
  const sources = tally.window.sources(nowMs);
  return [
    single(FAILED_LOGINS_1H, tally.window.failures(nowMs)),
    single(FAILED_LOGIN_SOURCES_1H, sources.count),
    single(SOURCES_LIMITED, sources.exceeded ? 1 : 0),
  ];
}

function counterFamilies(tally: Tally): Family[] {
  const escalations = Object.entries(tally.escalations).flatMap(([method, counts]) =>
    Object.entries(counts).map(([result, value]) => ({ labels: { method, result }, value })),
  );
  return [
    byLabel(FAILED, Object.entries(tally.failures)),
    byLabel(LOGINS, Object.entries(tally.logins)),
    single(ROOT_LOGINS, tally.rootLogins),
    single(UNAUTHENTICATED, tally.unauthenticatedDisconnects),
    single(DROPPED, tally.droppedConnections),
    family(ESCALATIONS, escalations),
  ];
}

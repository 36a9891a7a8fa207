import {
  FAILED_LOGINS_1H,
  FAILED_LOGIN_SOURCES_1H,
  LOG_LAG,
  ROOT_LOGINS,
  USER_ESCALATIONS,
} from "../../collectors/auth.ts";
import { LAST_LOGIN } from "../../collectors/lastlogin.ts";
import { CPU_RATIO, MEMORY_BYTES, PROCESS_COUNT } from "../../collectors/processes.ts";
import {
  COLLECTOR_SUCCESS,
  CONFIG_RELOAD,
  SCRAPE_DURATION,
  USERS_LIMITED,
  WEB_CONFIG_RELOAD,
} from "../../collectors/runtime/collection.ts";
import { OWN_CPU, OWN_RESIDENT, OWN_START } from "../../collectors/runtime/self.ts";
import {
  LOGGED_IN_USERS,
  SESSION_ACTIVE,
  SESSION_LAST_INPUT,
  SESSION_START,
} from "../../collectors/sessions.ts";
import {
  SLICE_MEMORY,
  SLICE_MEMORY_LIMIT,
  SLICE_TASKS,
  SLICE_TASKS_LIMIT,
} from "../../collectors/slices.ts";
import { USER_INFO } from "../../collectors/users.ts";
import { OTHER_USER } from "../../model/auth/user_counts.ts";
import {
  type Family,
  type MetricDefinition,
  type Sample,
  samplesOf,
} from "../../metrics/metric.ts";

/** What the page shows of one collection; unknown values are undefined. */
export interface Summary {
  sessions: SessionRow[] | undefined;
  loggedInUsers: number | undefined;
  failedLogins1h: number | undefined;
  failedSources1h: number | undefined;
  rootLogins: number | undefined;
  /** The users with the highest cost. */
  users: UserRow[] | undefined;
  /** Slices that use half of a limit or more, nearest to it first. */
  slices: SliceRow[];
  /** Real names by user, for users with one. */
  realNames: ReadonlyMap<string, string>;
  /** Users of sudo and su, most uses first. */
  escalations: EscalationRow[];
  /** Newest first, in seconds since the epoch. */
  lastLogins: { user: string; seconds: number }[];
  /** The collectors that failed. */
  failedCollectors: string[];
  /** How far behind the reading of each log is. */
  logLags: { source: string; lagSeconds: number }[];
  /** Whether the web config file has become invalid. */
  webConfigFailed: boolean;
  /** Whether the last reload was refused. */
  reloadFailed: boolean;
  /** Whether users beyond `--users.max` are counted together. */
  usersLimited: boolean;
  own: OwnCost;
}

export interface SessionRow {
  user: string;
  type: string;
  tty: string;
  from: string;
  count: number;
  startSeconds: number | undefined;
  lastInputSeconds: number | undefined;
}

export interface UserRow {
  user: string;
  cpuRatio: number | undefined;
  memoryBytes: number | undefined;
  processCount: number | undefined;
}

/** One resource of a user's slice that has a limit. */
export interface SliceRow {
  user: string;
  resource: "memory" | "tasks";
  /** Bytes of memory, or threads. */
  used: number;
  limit: number;
}

export interface EscalationRow {
  user: string;
  /** `sudo` or `su`. */
  method: string;
  succeeded: number;
  failed: number;
}

/** The exporter's own cost. */
export interface OwnCost {
  cpuSeconds: number | undefined;
  startSeconds: number | undefined;
  residentBytes: number | undefined;
  scrapeSeconds: number | undefined;
  series: number;
}

/** Most rows shown of each list; the metrics have all. */
const TOP = 10;

/** Builds the summary of one collection from its metrics. */
export function summarize(families: readonly Family[]): Summary {
  const valueOf = (definition: MetricDefinition) => samplesOf(families, definition)[0]?.value;
  const loggedInUsers = valueOf(LOGGED_IN_USERS);
  const failed = samplesOf(families, COLLECTOR_SUCCESS).filter(({ value }) => value === 0);
  return {
    sessions: loggedInUsers === undefined ? undefined : sessionRows(families),
    loggedInUsers,
    failedLogins1h: valueOf(FAILED_LOGINS_1H),
    failedSources1h: valueOf(FAILED_LOGIN_SOURCES_1H),
    rootLogins: valueOf(ROOT_LOGINS),
    users: valueOf(PROCESS_COUNT) === undefined ? undefined : topUsers(families),
    slices: slicesNearLimit(families),
    realNames: realNames(families),
    escalations: escalationRows(families),
    lastLogins: newestLogins(families),
    failedCollectors: failed.map(({ labels }) => labels.collector),
    logLags: samplesOf(families, LOG_LAG).map(({ labels, value }) => ({
      source: labels.source,
      lagSeconds: value,
    })),
    webConfigFailed: valueOf(WEB_CONFIG_RELOAD) === 0,
    reloadFailed: valueOf(CONFIG_RELOAD) === 0,
    usersLimited: valueOf(USERS_LIMITED) === 1,
    own: {
      cpuSeconds: valueOf(OWN_CPU),
      startSeconds: valueOf(OWN_START),
      residentBytes: valueOf(OWN_RESIDENT),
      scrapeSeconds: valueOf(SCRAPE_DURATION),
      series: families.reduce((sum, { samples }) => sum + samples.length, 0),
    },
  };
}

function sessionRows(families: readonly Family[]): SessionRow[] {
  const starts = bySession(samplesOf(families, SESSION_START));
  const inputs = bySession(samplesOf(families, SESSION_LAST_INPUT));
  return samplesOf(families, SESSION_ACTIVE).map((sample) => ({
    user: sample.labels.username,
    type: sample.labels.session_type,
    tty: sample.labels.tty,
    from: sample.labels.from_ip,
    count: sample.value,
    startSeconds: starts.get(sessionKey(sample)),
    lastInputSeconds: inputs.get(sessionKey(sample)),
  }));
}

/** The users with the highest cost, by CPU and then by memory. */
function topUsers(families: readonly Family[]): UserRow[] {
  const cpu = byUser(families, CPU_RATIO);
  const memory = byUser(families, MEMORY_BYTES);
  const processes = byUser(families, PROCESS_COUNT);
  return [...new Set([...cpu.keys(), ...memory.keys()])]
    .map((user) => ({
      user,
      cpuRatio: cpu.get(user),
      memoryBytes: memory.get(user),
      processCount: processes.get(user),
    }))
    .sort(
      (a, b) =>
        (b.cpuRatio ?? 0) - (a.cpuRatio ?? 0) || (b.memoryBytes ?? 0) - (a.memoryBytes ?? 0),
    )
    .slice(0, TOP);
}

/** From this share of its limit on, a slice is shown. */
const NEAR_LIMIT = 0.5;

/** Leaves out `other`: the use of many users and the limits of some make no share. */
function slicesNearLimit(families: readonly Family[]): SliceRow[] {
  const resources = [
    ["memory", SLICE_MEMORY, SLICE_MEMORY_LIMIT],
    ["tasks", SLICE_TASKS, SLICE_TASKS_LIMIT],
  ] as const;
  const rows = resources.flatMap(([resource, usedMetric, limitMetric]): SliceRow[] => {
    const used = byUser(families, usedMetric);
    return samplesOf(families, limitMetric).map(({ labels: { username }, value: limit }) => {
      return { user: username, resource, used: used.get(username) ?? 0, limit };
    });
  });
  return rows
    .filter(({ user, used, limit }) => user !== OTHER_USER && used / limit >= NEAR_LIMIT)
    .sort((a, b) => b.used / b.limit - a.used / a.limit)
    .slice(0, TOP);
}

function byUser(
  families: readonly Family[],
  definition: MetricDefinition<"username">,
): Map<string, number> {
  return new Map(
    samplesOf(families, definition).map(({ labels, value }) => [labels.username, value]),
  );
}

function realNames(families: readonly Family[]): Map<string, string> {
  const named = samplesOf(families, USER_INFO).filter(({ labels }) => labels.real_name !== "");
  return new Map(named.map(({ labels }) => [labels.username, labels.real_name]));
}

function escalationRows(families: readonly Family[]): EscalationRow[] {
  const rows = new Map<string, EscalationRow>();
  for (const { labels, value } of samplesOf(families, USER_ESCALATIONS)) {
    if (value === 0) continue;
    const { username: user, method } = labels;
    const key = JSON.stringify([user, method]);
    const known = rows.get(key) ?? { user, method, succeeded: 0, failed: 0 };
    known[labels.result === "success" ? "succeeded" : "failed"] += value;
    rows.set(key, known);
  }
  const uses = ({ succeeded, failed }: EscalationRow) => succeeded + failed;
  return [...rows.values()].sort((a, b) => uses(b) - uses(a)).slice(0, TOP);
}

function newestLogins(families: readonly Family[]): Summary["lastLogins"] {
  return samplesOf(families, LAST_LOGIN)
    .map(({ labels, value }) => ({ user: labels.username, seconds: value }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, TOP);
}

type SessionSample = Sample<(typeof SESSION_ACTIVE.labels)[number]>;

function bySession(samples: readonly SessionSample[]): Map<string, number> {
  return new Map(samples.map((sample) => [sessionKey(sample), sample.value]));
}

function sessionKey({ labels }: SessionSample): string {
  return JSON.stringify([labels.username, labels.tty, labels.from_ip, labels.session_type]);
}

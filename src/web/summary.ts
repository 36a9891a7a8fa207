import { FAILED_LOGINS_1H, FAILED_LOGIN_SOURCES_1H, ROOT_LOGINS } from "../collectors/auth.ts";
import { CPU_RATIO, MEMORY_BYTES, PROCESS_COUNT } from "../collectors/processes.ts";
import { COLLECTOR_SUCCESS } from "../collectors/runtime/collection.ts";
import {
  LOGGED_IN_USERS,
  SESSION_ACTIVE,
  SESSION_LAST_INPUT,
  SESSION_START,
} from "../collectors/sessions.ts";
import { USER_INFO } from "../collectors/users.ts";
import { type Family, type MetricDefinition, type Sample, samplesOf } from "../metrics/metric.ts";

/** What the landing page shows of one collection; undefined where nothing is known. */
export interface Summary {
  sessions: SessionRow[] | undefined;
  loggedInUsers: number | undefined;
  failedLogins1h: number | undefined;
  failedSources1h: number | undefined;
  rootLogins: number | undefined;
  users: UserRow[] | undefined;
  /** The collectors that failed. */
  failedCollectors: string[];
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
  realName: string;
  cpuRatio: number | undefined;
  memoryBytes: number | undefined;
  processCount: number | undefined;
}

/** Users beyond these cost little; the metrics have them all. */
const TOP_USERS = 10;

/** Puts together what belongs together in the metrics of one collection. */
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
    failedCollectors: failed.map(({ labels }) => labels.collector),
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

/** The users who take most, by CPU and then by memory. */
function topUsers(families: readonly Family[]): UserRow[] {
  const byUser = (definition: MetricDefinition<"username">) =>
    new Map(samplesOf(families, definition).map(({ labels, value }) => [labels.username, value]));
  const cpu = byUser(CPU_RATIO);
  const memory = byUser(MEMORY_BYTES);
  const processes = byUser(PROCESS_COUNT);
  const realNames = new Map(
    samplesOf(families, USER_INFO).map(({ labels }) => [labels.username, labels.real_name]),
  );
  return [...new Set([...cpu.keys(), ...memory.keys()])]
    .map((user) => ({
      user,
      realName: realNames.get(user) ?? "",
      cpuRatio: cpu.get(user),
      memoryBytes: memory.get(user),
      processCount: processes.get(user),
    }))
    .sort(
      (a, b) =>
        (b.cpuRatio ?? 0) - (a.cpuRatio ?? 0) || (b.memoryBytes ?? 0) - (a.memoryBytes ?? 0),
    )
    .slice(0, TOP_USERS);
}

type SessionSample = Sample<(typeof SESSION_ACTIVE.labels)[number]>;

function bySession(samples: readonly SessionSample[]): Map<string, number> {
  return new Map(samples.map((sample) => [sessionKey(sample), sample.value]));
}

function sessionKey({ labels }: SessionSample): string {
  return JSON.stringify([labels.username, labels.tty, labels.from_ip, labels.session_type]);
}

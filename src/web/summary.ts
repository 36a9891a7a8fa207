import type { Family, Sample } from "../metrics/metric.ts";

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
  const samples = (name: string): Sample[] =>
    families.find((family) => family.name === `user_sessions_${name}`)?.samples ?? [];
  const single = (name: string) => samples(name)[0]?.value;
  const loggedInUsers = single("logged_in_users");
  return {
    sessions: loggedInUsers === undefined ? undefined : sessionRows(samples),
    loggedInUsers,
    failedLogins1h: single("failed_logins_1h"),
    failedSources1h: single("failed_login_sources_1h"),
    rootLogins: single("root_logins_total"),
    users: samples("process_count").length === 0 ? undefined : topUsers(samples),
    failedCollectors: samples("collector_success")
      .filter(({ value }) => value === 0)
      .map(({ labels }) => labels["collector"]!),
  };
}

function sessionRows(samples: (name: string) => Sample[]): SessionRow[] {
  const starts = bySession(samples("session_start_timestamp_seconds"));
  const inputs = bySession(samples("session_last_input_timestamp_seconds"));
  return samples("session_active").map((sample) => ({
    user: sample.labels["username"]!,
    type: sample.labels["session_type"]!,
    tty: sample.labels["tty"]!,
    from: sample.labels["from_ip"]!,
    count: sample.value,
    startSeconds: starts.get(sessionKey(sample)),
    lastInputSeconds: inputs.get(sessionKey(sample)),
  }));
}

/** The users who take most, by CPU and then by memory. */
function topUsers(samples: (name: string) => Sample[]): UserRow[] {
  const byUser = (name: string) =>
    new Map(samples(name).map(({ labels, value }) => [labels["username"]!, value]));
  const cpu = byUser("cpu_ratio");
  const memory = byUser("memory_bytes");
  const processes = byUser("process_count");
  const realNames = new Map(
    samples("user_info").map(({ labels }) => [labels["username"]!, labels["real_name"]!]),
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

function bySession(samples: Sample[]): Map<string, number> {
  return new Map(samples.map((sample) => [sessionKey(sample), sample.value]));
}

function sessionKey({ labels }: Sample): string {
  return JSON.stringify([
    labels["username"],
    labels["tty"],
    labels["from_ip"],
    labels["session_type"],
  ]);
}

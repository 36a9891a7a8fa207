import type { Accounts } from "../model/accounts.ts";
import { turnEvery } from "../sources/turn.ts";
import { type Family, byLabel, counter, gauge, ofThisRun, single } from "../metrics/metric.ts";
import type { Snapshot } from "./runtime/snapshot.ts";

/** Users added up before yielding: some 10 ms without the JIT. */
const USERS_A_TURN = 4096;

export const CPU_RATIO = gauge(
  "cpu_ratio",
  "Share of all CPUs, 0 to 1, that the user's processes used over the last seconds.",
  "username",
);
const CPU_SECONDS = ofThisRun(
  counter(
    "cpu_seconds_total",
    "CPU seconds of the user's processes since the exporter started, ended ones included.",
    "username",
  ),
);
export const MEMORY_BYTES = gauge(
  "memory_bytes",
  "Resident memory of the user's processes.",
  "username",
);
export const PROCESS_COUNT = gauge("process_count", "The user's processes.", "username");
const THREADS = gauge("thread_count", "Threads of the user's processes.", "username");
const PROCESSES_READ = gauge(
  "processes_read",
  "Processes read for this collection; the others have not run since they were read.",
);

export const processesCollector = {
  name: "processes",
  help: "CPU, memory and processes per user",

  async collect(snapshot: Snapshot): Promise<Family[]> {
    const accounts = await snapshot.accounts();
    const { byUid, cpuSecondsByUid, cpuRatioByUid, table } = await snapshot.usage();
    const turn = turnEvery(USERS_A_TURN);
    const perUser = (values: Iterable<[number, number]>) => sumByUser(accounts, values, turn);
    const held = [...byUid];
    // A user without processes keeps the counter, and the ratio while it is above 0.
    const ratios = [...(cpuRatioByUid ?? [])].filter(([uid, ratio]) => ratio > 0 || byUid.has(uid));
    return [
      byLabel(CPU_RATIO, await perUser(ratios)),
      byLabel(CPU_SECONDS, await perUser(cpuSecondsByUid)),
      byLabel(MEMORY_BYTES, await perUser(held.map(([uid, usage]) => [uid, usage.rssBytes]))),
      byLabel(PROCESS_COUNT, await perUser(held.map(([uid, usage]) => [uid, usage.processCount]))),
      byLabel(THREADS, await perUser(held.map(([uid, usage]) => [uid, usage.threadCount]))),
      single(PROCESSES_READ, table.processesRead),
    ];
  },
};

/** Sums by user name: two uids can share one. */
async function sumByUser(
  accounts: Accounts,
  values: Iterable<[number, number]>,
  turn: () => Promise<void> | undefined,
): Promise<Map<string, number>> {
  const byUser = new Map<string, number>();
  for (const [uid, value] of values) {
    const user = accounts.nameOf(uid);
    byUser.set(user, (byUser.get(user) ?? 0) + value);
    const pause = turn();
    if (pause) await pause;
  }
  return byUser;
}

import {
  type Family,
  type MetricDefinition,
  byLabel,
  counter,
  family,
  gauge,
  ofTheHost,
} from "../metrics/metric.ts";
import { GroupFiles } from "../sources/cgroup/group_files.ts";
import { type UserSlice, readUserSlices } from "../sources/cgroup/user_slice.ts";
import type { Snapshot } from "./runtime/snapshot.ts";

const kernelCounter = (name: string, help: string) => ofTheHost(counter(name, help, "username"));

export const SLICE_MEMORY = gauge(
  "slice_memory_bytes",
  "Memory of the user's slice, page cache included.",
  "username",
);
export const SLICE_MEMORY_LIMIT = gauge(
  "slice_memory_limit_bytes",
  "The memory limit of the user's slice; absent without one.",
  "username",
);
export const SLICE_TASKS = gauge("slice_tasks", "Threads in the user's slice.", "username");
export const SLICE_TASKS_LIMIT = gauge(
  "slice_tasks_limit",
  "The limit of threads in the user's slice; absent without one.",
  "username",
);

/** The metrics with a single number, and how to get it. */
const NUMBERS: readonly [MetricDefinition<"username">, (slice: UserSlice) => number | undefined][] =
  [
    [
      kernelCounter(
        "slice_cpu_seconds_total",
        "CPU seconds of the user's slice since its first login, ended processes included.",
      ),
      (slice) => slice.cpuSeconds,
    ],
    [SLICE_MEMORY, (slice) => slice.memoryBytes],
    [SLICE_MEMORY_LIMIT, (slice) => slice.memoryLimitBytes],
    [
      gauge("slice_swap_bytes", "Swap of the user's slice.", "username"),
      (slice) => slice.swapBytes,
    ],
    [SLICE_TASKS, (slice) => slice.tasks],
    [SLICE_TASKS_LIMIT, (slice) => slice.tasksLimit],
    [
      kernelCounter(
        "slice_oom_kills_total",
        "Processes of the user's slice killed for want of memory.",
      ),
      (slice) => slice.oomKills,
    ],
    [
      kernelCounter(
        "slice_io_read_bytes_total",
        "Bytes read from all devices by the user's slice.",
      ),
      (slice) => slice.ioReadBytes,
    ],
    [
      kernelCounter(
        "slice_io_written_bytes_total",
        "Bytes written to all devices by the user's slice.",
      ),
      (slice) => slice.ioWrittenBytes,
    ],
  ];
const PRESSURE = ofTheHost(
  counter(
    "slice_pressure_seconds_total",
    "Seconds in which something in the user's slice had to wait for the resource: cpu, memory or io.",
    "username",
    "resource",
  ),
);

const files = new GroupFiles();

export const slicesCollector = {
  name: "slices",
  help: "what systemd's slice of each user holds, and its limits",

  async collect(snapshot: Snapshot): Promise<Family[]> {
    const slices = readUserSlices(snapshot.host.cgroup2, files);
    if (!slices || slices.length === 0) return [];
    const accounts = await snapshot.accounts();
    const named = slices
      .map((slice) => ({ username: accounts.nameOf(slice.uid), slice }))
      .filter(({ username }) => !snapshot.isExcluded(username));
    const pressure = new Map<
      string,
      { labels: { username: string; resource: string }; value: number }
    >();
    for (const { username, slice } of named) {
      for (const [resource, seconds] of slice.pressureSeconds) {
        const key = `${resource} ${username}`;
        const value = (pressure.get(key)?.value ?? 0) + seconds;
        pressure.set(key, { labels: { username, resource }, value });
      }
    }
    return [
      ...NUMBERS.map(([definition, numberOf]) => byLabel(definition, sums(named, numberOf))),
      family(PRESSURE, [...pressure.values()]),
    ];
  },
};

/** Sums by user name: two uids can share one. */
function sums(
  named: readonly { username: string; slice: UserSlice }[],
  numberOf: (slice: UserSlice) => number | undefined,
): Map<string, number> {
  const byUser = new Map<string, number>();
  for (const { username, slice } of named) {
    const value = numberOf(slice);
    if (value !== undefined) byUser.set(username, (byUser.get(username) ?? 0) + value);
  }
  return byUser;
}

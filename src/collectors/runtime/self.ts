/** Metrics of the exporter's own process, with the names of the Prometheus client libraries. man 5 proc_pid_stat. */
import { statSync } from "node:fs";
import { listFolder } from "../../sources/descriptors.ts";
import { readProcFile } from "../../sources/proc/proc_file.ts";
import { PAGE_BYTES } from "../../sources/proc/auxv.ts";
import type { BuildInfo } from "./build_info.ts";
import { type Family, type MetricDefinition, family, gauge, single } from "../../metrics/metric.ts";

/** The exporter's own process, never the host's: `--path.rootfs` does not change it. */
const OWN_PROC = "/proc/self";

const BUILD_INFO = gauge(
  "exporter_build_info",
  "What this executable was built from; the value is always 1.",
  "version",
  "revision",
  "bun_version",
);

const processMetric = (
  name: string,
  help: string,
  type: MetricDefinition["type"] = "gauge",
): MetricDefinition<never> => ({
  name: `process_${name}`,
  help,
  type,
  labels: [],
  lifetime: "run",
  merge: "sum",
});

export const OWN_CPU = processMetric(
  "cpu_seconds_total",
  "Total user and system CPU time spent in seconds.",
  "counter",
);
export const OWN_START = processMetric(
  "start_time_seconds",
  "Start time of the process since unix epoch in seconds.",
);
export const OWN_RESIDENT = processMetric(
  "resident_memory_bytes",
  "Resident memory size in bytes.",
);
const VIRTUAL = processMetric("virtual_memory_bytes", "Virtual memory size in bytes.");
const OPEN_FDS = processMetric("open_fds", "Number of open file descriptors.");
const MAX_FDS = processMetric("max_fds", "Maximum number of open file descriptors.");

const startTimeSeconds = (Date.now() - performance.now()) / 1000;

export function selfFamilies({ version, revision, bunVersion }: BuildInfo): Family[] {
  const labels = { version, revision, bun_version: bunVersion };
  const cpu = process.cpuUsage();
  const [virtualBytes, residentPages] = fromProc("stat", /^.*\) (?:\S+ ){20}(\d+) (\d+)/s);
  const [maxFds] = fromProc("limits", /^Max open files +(\d+)/m);
  return [
    family(BUILD_INFO, [{ labels, value: 1 }]),
    single(OWN_CPU, (cpu.user + cpu.system) / 1e6),
    single(OWN_START, startTimeSeconds),
    single(OWN_RESIDENT, residentPages && residentPages * PAGE_BYTES),
    single(VIRTUAL, virtualBytes),
    single(OPEN_FDS, countOpenFds()),
    single(MAX_FDS, maxFds),
  ];
}

/** Numbers in one of this process's own files. */
function fromProc(name: string, pattern: RegExp): number[] {
  try {
    return (
      pattern
        .exec(readProcFile(`${OWN_PROC}/${name}`))
        ?.slice(1)
        .map(Number) ?? []
    );
  } catch {
    return [];
  }
}

function countOpenFds(): number | undefined {
  try {
    // Since Linux 6.2 the folder's size is the number of descriptors. Before, it is 0, and listing the folder opens one
    // more.
    return statSync(`${OWN_PROC}/fd`).size || listFolder(`${OWN_PROC}/fd`).length - 1;
  } catch {
    return undefined;
  }
}

import { expect, test } from "bun:test";
import { Snapshot } from "../../src/collectors/runtime/snapshot.ts";
import { slicesCollector } from "../../src/collectors/slices.ts";
import { SmallHost, series } from "../helpers/small_host.ts";

test("each user's slice by name", async () => {
  using host = new SmallHost();
  const top = "/sys/fs/cgroup";
  host.write("/proc/self/mountinfo", `30 1 0:26 / ${host.folder}${top} rw - cgroup2 cgroup2 rw\n`);
  host.write(`${top}/user.slice/user-1000.slice/cpu.stat`, "usage_usec 3000000\n");
  host.write(`${top}/user.slice/user-1000.slice/pids.current`, "4\n");
  host.write(`${top}/user.slice/user-1000.slice/memory.pressure`, "some avg10=0 total=500000\n");
  host.write(`${top}/user.slice/user-4711.slice/cpu.stat`, "usage_usec 0\n");
  expect(series(await slicesCollector.collect(new Snapshot(host.host())))).toEqual([
    "slice_cpu_seconds_total{alice} 3",
    "slice_cpu_seconds_total{4711} 0",
    "slice_tasks{alice} 4",
    "slice_pressure_seconds_total{alice|memory} 0.5",
  ]);
});

test("none without control groups", async () => {
  using host = new SmallHost();
  host.write("/proc/self/mountinfo", "");
  expect(await slicesCollector.collect(new Snapshot(host.host()))).toEqual([]);
});

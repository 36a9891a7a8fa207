import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { processesCollector } from "../../src/collectors/processes.ts";
import { Snapshot } from "../../src/collectors/runtime/snapshot.ts";
import type { HostState } from "../../src/collectors/runtime/host_state.ts";
import { processFiles } from "../helpers/proc_files.ts";
import { SmallHost, series } from "../helpers/small_host.ts";

const collect = async (state: HostState, metric: string) =>
  series(await processesCollector.collect(new Snapshot(state))).filter((line) =>
    line.startsWith(`${metric}{`),
  );

function start(host: SmallHost, fields: Parameters<typeof processFiles>[0]): void {
  for (const [path, text] of Object.entries(processFiles(fields))) host.write(path, text);
}

test("adds up each user's processes, threads and memory", async () => {
  using host = new SmallHost();
  start(host, { pid: 1002, uid: 1000, parentPid: 1, rssPages: 5, threads: 4 });
  const state = host.host();
  expect(await collect(state, "process_count")).toEqual([
    "process_count{root} 1",
    "process_count{alice} 2",
    "process_count{bob} 1",
  ]);
  expect(await collect(state, "thread_count")).toContain("thread_count{alice} 5");
  expect(await collect(state, "memory_bytes")).toEqual([
    "memory_bytes{root} 4096",
    `memory_bytes{alice} ${15 * 4096}`,
    `memory_bytes{bob} ${20 * 4096}`,
  ]);
});

test("two uids of one name are one user", async () => {
  using host = new SmallHost();
  host.write("/etc/passwd", "root:x:0:0:::\nalice:x:1000:100:::\nalice:x:1001:100:::\n");
  const state = host.host();
  expect(await collect(state, "process_count")).toEqual([
    "process_count{root} 1",
    "process_count{alice} 2",
  ]);
  expect(await collect(state, "cpu_seconds_total")).toContain("cpu_seconds_total{alice} 0");
});

test("an uid that no account has is shown as its number", async () => {
  using host = new SmallHost();
  start(host, { pid: 1002, uid: 4242, parentPid: 1 });
  expect(await collect(host.host(), "process_count")).toContain("process_count{4242} 1");
});

test("whose processes have all ended keeps the counter, and no count of processes", async () => {
  using host = new SmallHost();
  const state = host.host();
  await collect(state, "process_count");
  start(host, { pid: 1001, uid: 1001, parentPid: 1, utime: 250 });
  expect(await collect(state, "cpu_seconds_total")).toContain("cpu_seconds_total{bob} 2.5");
  rmSync(`${host.folder}/proc/1001`, { recursive: true });
  expect(await collect(state, "process_count")).toEqual([
    "process_count{root} 1",
    "process_count{alice} 1",
  ]);
  expect(await collect(state, "cpu_seconds_total")).toContain("cpu_seconds_total{bob} 2.5");
});

test("tells how many processes it read", async () => {
  using host = new SmallHost();
  expect(await collect(host.host(), "processes_read")).toEqual(["processes_read{} 3"]);
});

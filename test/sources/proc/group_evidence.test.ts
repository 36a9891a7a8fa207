/** What control groups tell of processes, on a tree of ordinary files. */
import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { ProcessScan } from "../../../src/sources/proc/process_scan.ts";
import type { ProcessTable } from "../../../src/sources/proc/process_table.ts";
import { Root } from "../../../src/sources/root.ts";
import { statLine } from "../../helpers/proc_files.ts";
import { asNobody, isRoot } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const GROUPS = "/sys/fs/cgroup";

/** A host whose processes and groups change when the test says so, and whose clock too. */
class GroupHost extends TempTree {
  nowMs = 0;
  /** Called when a process is read. */
  onRead: (pid: string) => void = () => {};
  private readonly scan: ProcessScan;

  constructor() {
    super({
      "/proc/self/status": "Uid:\t0\t0\t0\t0\nNSpid:\t7\n",
      "/proc/stat": "processes 700\n",
      "/proc/loadavg": "0.00 0.00 0.00 1/80 700\n",
    });
    this.write(
      "/proc/self/mountinfo",
      `1 1 0:1 / ${this.folder}${GROUPS} rw - cgroup2 cgroup2 rw\n`,
    );
    this.group("", 0);
    this.process(1, 0);
    // They make the groups worth reading.
    this.group("sleepers", 0, ...range(100, 160));
    for (const pid of range(100, 160)) this.process(pid, 0);
    const read = (pid: string) => this.onRead(pid);
    const clock = () => this.nowMs;
    class WatchedRoot extends Root {
      override proc(relative: string): string {
        if (relative.endsWith("/status")) read(relative.split("/")[0]!);
        return super.proc(relative);
      }
    }
    this.scan = new ProcessScan(new WatchedRoot(this.folder), clock);
  }

  group(name: string, usageMicros: number, ...pids: number[]): void {
    const path = `${GROUPS}/${name}`;
    this.write(`${path}/cpu.stat`, `usage_usec ${usageMicros}\n`);
    this.write(`${path}/cgroup.procs`, pids.map((pid) => `${pid}\n`).join(""));
  }

  process(pid: number, ownTicks: number, startTicks = 100, uid = 0): void {
    const line = statLine({
      pid,
      comm: "sh",
      parentPid: pid === 1 ? 0 : 1,
      utime: ownTicks,
      startTicks,
    });
    this.write(`/proc/${pid}/stat`, line);
    this.write(`/proc/${pid}/status`, `Uid:\t${uid}\t${uid}\t${uid}\t${uid}\n`);
  }

  /** Passes until every process that was read twice in a row has been asked for its uid. */
  async uidsAsked(): Promise<void> {
    for (let pass = 0; pass < 3; pass++) await this.pass();
  }

  pass(): Promise<ProcessTable> {
    return this.scan.run();
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

const ticksOf = (table: ProcessTable, pid: number) => table.ownTicks[table.row(pid)];

test("of a group that has not run, nobody is read", async () => {
  using host = new GroupHost();
  host.group("work", 0, 10);
  host.process(10, 0);
  expect((await host.pass()).processesRead).toBe(62);
  // Process 1 is in no group that is looked at.
  expect((await host.pass()).processesRead).toBe(1);
  host.group("work", 50_000, 10);
  host.process(10, 5);
  const table = await host.pass();
  expect([table.processesRead, ticksOf(table, 10)]).toEqual([2, 5]);
});

test("a pid that was used again is another process, in whatever group it is now", async () => {
  using host = new GroupHost();
  host.group("old", 0, 10);
  host.group("new", 0, 11);
  host.process(10, 7);
  host.process(11, 0);
  await host.pass();
  host.group("new", 20_000, 11, 10);
  host.process(10, 2, 5000);
  const table = await host.pass();
  const row = table.row(10);
  expect([table.startTicks[row], table.ownTicks[row]]).toEqual([5000, 2]);
  expect([...table.changed.subarray(0, table.changedCount)]).toContain(row);
});

test("a pid that was used again is another process where its group has not run, and the old one's neither", async () => {
  using host = new GroupHost();
  host.group("old", 0, 10);
  host.group("new", 0);
  host.process(10, 7);
  await host.pass();
  host.group("new", 0, 10);
  host.process(10, 2, 5000);
  // The kernel began again with the lowest pids.
  host.write("/proc/loadavg", "0.00 0.00 0.00 1/80 12\n");
  const table = await host.pass();
  expect(table.startTicks[table.row(10)]).toBe(5000);
  await host.uidsAsked();
  expect((await host.pass()).processesRead).toBe(1);
});

test("who is read in each pass is asked for the uid within four, also when the group runs no longer", async () => {
  using host = new GroupHost();
  const pids = range(10, 14);
  host.group("work", 0, ...pids);
  for (const pid of pids) host.process(pid, 0);
  await host.pass();
  host.group("work", 1, ...pids);
  for (const pid of pids) host.process(pid, 0, 100, 5);
  let table = await host.pass();
  const uids = () => pids.map((pid) => table.uid[table.row(pid)]);
  const read = [table.processesRead];
  expect(uids().filter((uid) => uid === 5)).toHaveLength(1);
  while (read.length < 5) read.push((table = await host.pass()).processesRead);
  expect(uids()).toEqual([5, 5, 5, 5]);
  // Beside process 1: all, those that were not asked, and in the end nobody.
  expect(read).toEqual([5, 4, 3, 2, 1]);
});

test("processes of a group that does not tell its CPU time are read in each pass", async () => {
  using host = new GroupHost();
  host.group("mute", 0, 10);
  host.write(`${GROUPS}/mute/cpu.stat`, "nr_periods 0\n");
  host.process(10, 0);
  await host.pass();
  host.process(10, 3);
  expect(ticksOf(await host.pass(), 10)).toBe(3);
});

test.skipIf(!isRoot)("and those of a group that may not be read (needs root)", () => {
  using host = new GroupHost();
  host.group("hidden", 0, 10);
  host.process(10, 0);
  chmodSync(host.folder, 0o755);
  chmodSync(`${host.folder}${GROUPS}/hidden`, 0);
  // Three passes of nobody's, who reads process 10 and process 1 in each.
  const script = `await (async () => {
    const { Root } = await import("${Bun.resolveSync("../../../src/sources/root.ts", import.meta.dir)}");
    const scan = new it.ProcessScan(new Root(${JSON.stringify(host.folder)}), () => 0);
    const read = [];
    for (let i = 0; i < 3; i++) read.push((await scan.run()).processesRead);
    return read;
  })()`;
  expect(asNobody("../../src/sources/proc/process_scan.ts", script)).toEqual([62, 2, 2]);
  chmodSync(`${host.folder}${GROUPS}/hidden`, 0o755);
});

describe("a pass that takes long", () => {
  test("is no reason to read every process in the next one", async () => {
    using host = new GroupHost();
    host.group("busy", 0, 10);
    host.process(10, 0);
    await host.pass();
    for (let pass = 1; pass < 5; pass++) {
      // In every other pass the busy process is read a second after its group was.
      const secondsLate = pass % 2;
      host.group("busy", pass * 3e6, 10);
      host.process(10, pass * 300 + secondsLate * 100);
      host.onRead = (pid) => {
        if (pid === "10") host.nowMs += secondsLate * 1000;
      };
      // A share of the sleepers is read as well.
      expect((await host.pass()).processesRead).toBeLessThan(10);
    }
  });

  test("what a row is ahead for another reason does not hide what is missing", async () => {
    using host = new GroupHost();
    host.group("busy", 0, 10);
    host.process(10, 0);
    await host.pass();
    // It brought two seconds from another group.
    host.group("busy", 1e6, 10);
    host.process(10, 300);
    await host.pass();
    host.group("busy", 3e6, 10);
    expect((await host.pass()).processesRead).toBe(62);
  });
});

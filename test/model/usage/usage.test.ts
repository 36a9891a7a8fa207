import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { UsageMeter } from "../../../src/model/usage/usage.ts";
import { Root } from "../../../src/sources/root.ts";
import { processFiles, statLine } from "../../helpers/proc_files.ts";
import { isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

test.skipIf(!isLinux)("a process that burns a core is in the second sample", async () => {
  const meter = new UsageMeter(new Root(), () => performance.now());
  const uid = process.geteuid!();
  const cpus = navigator.hardwareConcurrency;
  const burner = Bun.spawn(["sh", "-c", "while :; do :; done"]);
  try {
    const first = await meter.measure(cpus);
    expect(first.cpuRatioByUid).toBeUndefined();
    const startMs = performance.now();
    const second = await meter.measure(cpus);
    const wallSeconds = (performance.now() - startMs) / 1000;
    // Less than this the ticks of the kernel could not tell it from noise.
    expect(wallSeconds).toBeGreaterThan(0.45);
    const used = second.cpuSecondsByUid.get(uid)! - first.cpuSecondsByUid.get(uid)!;
    // The burner shares the machine with whatever else runs, so it gets one core at the most.
    expect(used).toBeGreaterThan(0.2 * wallSeconds);
    // This process may be put aside between its reading the clock and the meter's doing so.
    const ratio = second.cpuRatioByUid!.get(uid)!;
    expect(Math.abs(ratio - Math.min(1, used / wallSeconds / cpus))).toBeLessThan(0.2);
  } finally {
    burner.kill("SIGKILL");
    await burner.exited;
  }
});

test("memory and processes are added up by effective uid", async () => {
  using tree = new TempTree({
    ...processFiles({ pid: 1, uid: 0, rssPages: 3 }),
    ...processFiles({ pid: 20, uid: 1000, rssPages: 10 }),
    ...processFiles({ pid: 21, uid: 1000, rssPages: 1 }),
    ...processFiles({ pid: 22, uid: 1001, rssPages: 0, state: "Z" }),
  });
  const { byUid } = await new UsageMeter(tree.root, () => 0).measure(1);
  expect([...byUid]).toEqual([
    [0, { processCount: 1, threadCount: 1, rssBytes: 3 * 4096 }],
    [1000, { processCount: 2, threadCount: 2, rssBytes: 11 * 4096 }],
    [1001, { processCount: 1, threadCount: 1, rssBytes: 0 }],
  ]);
});

test("a user whose processes have ended keeps what they used, and a ratio until it is 0", async () => {
  const SHELL = { pid: 20, uid: 1000, parentPid: 1, startTicks: 50 };
  using tree = new TempTree({
    ...processFiles({ pid: 1, uid: 0, startTicks: 1 }),
    ...processFiles({ ...SHELL, utime: 100 }),
  });
  let nowMs = 0;
  const meter = new UsageMeter(tree.root, () => nowMs);
  const at = async (seconds: number) => {
    nowMs = seconds * 1000;
    const { byUid, cpuSecondsByUid, cpuRatioByUid } = await meter.measure(2);
    return [byUid.has(1000), cpuSecondsByUid.get(1000), cpuRatioByUid?.get(1000)];
  };
  expect(await at(0)).toEqual([true, 0, undefined]);
  tree.write("/proc/20/stat", statLine({ ...SHELL, utime: 300 }));
  // Two seconds of work in two seconds, on two CPUs.
  expect(await at(2)).toEqual([true, 2, 0.5]);
  rmSync(`${tree.folder}/proc/20`, { recursive: true });
  tree.write("/proc/1/stat", statLine({ pid: 1, startTicks: 1, cutime: 300 }));
  expect(await at(4)).toEqual([false, 2, 0.25]);
  expect(await at(5)).toEqual([false, 2, 0.2]);
  // It looks back 5 s, to the sample at 5 s: nothing was used since.
  expect(await at(10)).toEqual([false, 2, 0]);
  expect(await at(100)).toEqual([false, 2, 0]);
});

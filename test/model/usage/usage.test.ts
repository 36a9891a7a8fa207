import { expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { UsageMeter } from "../../../src/model/usage/usage.ts";
import { Root } from "../../../src/sources/root.ts";
import { processFiles, statLine } from "../../helpers/proc_files.ts";
import { isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

/** What a process used as the kernel counts it, in seconds. */
function usedBy(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

test.skipIf(!isLinux)(
  "a process that burns a core is in the second sample",
  async () => {
    const times: number[] = [];
    const meter = new UsageMeter(new Root(), () => {
      times.push(performance.now());
      return times.at(-1)!;
    });
    const uid = process.geteuid!();
    const cpus = navigator.hardwareConcurrency;
    const burner = Bun.spawn(["sh", "-c", "while :; do :; done"]);
    try {
      const first = await meter.measure(cpus);
      expect(first.cpuRatioByUid).toBeUndefined();
      const [firstFrom, firstTo] = [times[0]!, times.at(-1)!];
      times.length = 0;
      const before = usedBy(burner.pid);
      // However long it takes on a machine that is busy: so much can't be noise.
      while (usedBy(burner.pid) - before < 0.3) await Bun.sleep(10);
      const burnt = usedBy(burner.pid) - before;
      const second = await meter.measure(cpus);
      const [secondFrom, secondTo] = [times[0]!, times.at(-1)!];
      const used = second.cpuSecondsByUid.get(uid)! - first.cpuSecondsByUid.get(uid)!;
      expect(used).toBeGreaterThanOrEqual(burnt - 0.001);
      // Each sample was taken between the first and the last time that its clock was asked.
      const ratio = second.cpuRatioByUid!.get(uid)!;
      const cores = used / cpus;
      const least = Math.min(1, cores / ((secondTo - firstFrom) / 1000));
      const most = Math.min(1, cores / ((secondFrom - firstTo) / 1000));
      expect(ratio).toBeGreaterThanOrEqual(least - 0.001);
      expect(ratio).toBeLessThanOrEqual(most + 0.001);
    } finally {
      burner.kill("SIGKILL");
      await burner.exited;
    }
  },
  120_000,
);

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

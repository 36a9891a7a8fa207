import { expect, test } from "bun:test";
import { UsageMeter } from "../../../src/model/usage/usage.ts";
import { Root } from "../../../src/sources/root.ts";

const linux = process.platform === "linux";

test.skipIf(!linux)(
  "a process that burns one core is seen to, from the second sample on",
  async () => {
    const meter = new UsageMeter(new Root(), () => performance.now());
    const uid = process.geteuid!();
    const burner = Bun.spawn(["sh", "-c", "while :; do :; done"]);
    try {
      expect(meter.isReady).toBe(false);
      const first = await meter.measure(2);
      expect(meter.isReady).toBe(true);
      expect(first.cpuRatioByUid).toBeUndefined();
      const before = process.cpuUsage();
      const startMs = performance.now();
      const second = await meter.measure(2);
      const wallSeconds = (performance.now() - startMs) / 1000;
      // Less than this the ticks of the kernel could not tell it from noise.
      expect(wallSeconds).toBeGreaterThan(0.45);
      const own = process.cpuUsage(before);
      const used = second.cpuSecondsByUid.get(uid)! - first.cpuSecondsByUid.get(uid)!;
      // The burner shares the machine with whatever else runs, so it gets one core at the most.
      expect(used).toBeGreaterThan(0.2 * wallSeconds);
      expect(second.cpuRatioByUid!.get(uid)).toBeLessThanOrEqual(1);
      expect(own.user + own.system).toBeGreaterThan(0);
    } finally {
      burner.kill("SIGKILL");
      await burner.exited;
    }
  },
);

/**
 * Since Linux 6.2 the kernel counts resident pages per CPU, and adds up in `stat` only what each CPU has
 * handed over, in batches of at least 32 pages; ps reads the exact sum.
 */
const BATCH_KIB = 32 * 4;

test.skipIf(!linux)("memory and processes add up to what ps sees of a user", async () => {
  const children = Array.from({ length: 5 }, () => Bun.spawn(["sleep", "60"]));
  try {
    await Bun.sleep(100);
    const meter = new UsageMeter(new Root(), () => performance.now());
    const { table } = await meter.measure(1);
    const ps = Bun.spawnSync([
      "ps",
      "-o",
      "pid=,rss=",
      "-p",
      children.map(({ pid }) => pid).join(),
    ]);
    const rows = ps.stdout.toString().trim().split("\n");
    expect(rows).toHaveLength(5);
    for (const line of rows) {
      const [pid, rssKib] = line.trim().split(/\s+/).map(Number);
      const differenceKib = Math.abs(table.rssPages[table.row(pid!)]! * 4 - rssKib!);
      expect(differenceKib).toBeLessThanOrEqual(4 * BATCH_KIB * navigator.hardwareConcurrency);
      expect(rssKib).toBeGreaterThan(0);
    }
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
});

import { expect, test } from "bun:test";
import { parseMachineStat, readMachineStat } from "../../../src/sources/proc/machine_stat.ts";
import { Root } from "../../../src/sources/root.ts";
import { MACHINE_STAT } from "../../helpers/proc_files.ts";
import { hasTool, isLinux, output } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

test("reads the boot time and counts the CPUs, not their sum", () => {
  expect(parseMachineStat(MACHINE_STAT)).toEqual({ bootTimeSeconds: 1_700_000_000, onlineCpus: 2 });
});

test("counts CPUs that are online: their numbers can have gaps", () => {
  const text = MACHINE_STAT.replace("cpu1", "cpu17");
  expect(parseMachineStat(text)?.onlineCpus).toBe(2);
});

test.each(["", "cpu  1 2 3\nbtime 5\n", "cpu0 1 2 3\n", "cpu0 1\nbtime x\n"])(
  "%j is no /proc/stat",
  (text) => {
    expect(parseMachineStat(text)).toBeUndefined();
  },
);

test("says which file is no /proc/stat", async () => {
  using tree = new TempTree({ "/proc/stat": "intr 0\n" });
  expect(() => readMachineStat(tree.root)).toThrow(`${tree.folder}/proc/stat`);
});

test.skipIf(!isLinux || !hasTool("getconf"))("agrees with getconf and /proc/uptime", async () => {
  const { bootTimeSeconds, onlineCpus } = readMachineStat(new Root());
  expect(onlineCpus).toBe(Number(output("getconf", "_NPROCESSORS_ONLN")));
  const uptimeSeconds = Number((await Bun.file("/proc/uptime").text()).split(" ")[0]);
  expect(Math.abs(Date.now() / 1000 - uptimeSeconds - bootTimeSeconds)).toBeLessThan(2);
});

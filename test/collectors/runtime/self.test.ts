import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { selfFamilies } from "../../../src/collectors/runtime/self.ts";
import { hasTool, isLinux, output } from "../../helpers/system.ts";

const BUILD = { version: "1.2.3", revision: "abc", bunVersion: "9" };

function values(): Record<string, number> {
  return Object.fromEntries(
    selfFamilies(BUILD).flatMap(({ definition, samples }) =>
      samples.map(({ value }) => [definition.name, value]),
    ),
  );
}

test("build_info names what the executable was built from", () => {
  const [info] = selfFamilies(BUILD);
  const labels = { version: "1.2.3", revision: "abc", bun_version: "9" };
  expect(info!.samples).toEqual([{ labels, value: 1 }]);
});

test.skipIf(!isLinux || !hasTool("ps"))("agrees with ps on this process", () => {
  const [rssKib, vszKib, seconds] = output(
    "ps",
    "-o",
    "rss=,vsz=,etimes=",
    "-p",
    String(process.pid),
  )
    .trim()
    .split(/\s+/)
    .map(Number);
  const found = values();
  expect(found["process_resident_memory_bytes"]! / (rssKib! * 1024)).toBeCloseTo(1, 0);
  expect(found["process_virtual_memory_bytes"]! / (vszKib! * 1024)).toBeCloseTo(1, 1);
  const ageSeconds = Date.now() / 1000 - found["process_start_time_seconds"]!;
  expect(Math.abs(ageSeconds - seconds!)).toBeLessThan(3);
});

test.skipIf(!isLinux)("counts CPU time and open files as the kernel does", () => {
  const ticks = readFileSync("/proc/self/stat", "latin1").split(") ")[1]!.split(" ");
  const found = values();
  const cpuSeconds = (Number(ticks[11]) + Number(ticks[12])) / 100;
  expect(Math.abs(found["process_cpu_seconds_total"]! - cpuSeconds)).toBeLessThan(0.2);
  expect(found["process_max_fds"]).toBe(Number(output("sh", "-c", "ulimit -n")));
  const before = values()["process_open_fds"]!;
  const file = Bun.spawn(["cat"], { stdin: "pipe" });
  expect(values()["process_open_fds"]!).toBeGreaterThan(before);
  file.kill();
});

import { expect, test } from "bun:test";
import { closeSync, openSync, readFileSync } from "node:fs";
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
  // It begins a moment before its clock does, and ps told its age a moment ago: longer on a slow machine.
  const ageSeconds = Date.now() / 1000 - found["process_start_time_seconds"]!;
  expect(Math.abs(ageSeconds - seconds!)).toBeLessThan(60);
});

/** The CPU time of this process as the kernel counts it, in hundredths of a second rounded down twice. */
function kernelCpuSeconds(): number {
  const fields = readFileSync("/proc/self/stat", "latin1").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

test.skipIf(!isLinux)("counts CPU time and open files as the kernel does", () => {
  const least = kernelCpuSeconds();
  const found = values();
  const most = kernelCpuSeconds() + 0.02;
  expect(found["process_cpu_seconds_total"]!).toBeGreaterThanOrEqual(least - 0.01);
  expect(found["process_cpu_seconds_total"]!).toBeLessThanOrEqual(most + 0.01);
  expect(found["process_max_fds"]).toBe(Number(output("sh", "-c", "ulimit -n")));
  const before = values()["process_open_fds"]!;
  // More than the runtime may close of its own meanwhile.
  const files = Array.from({ length: 50 }, () => openSync("/dev/null", "r"));
  const after = values()["process_open_fds"]!;
  for (const file of files) closeSync(file);
  expect(after - before).toBeGreaterThan(25);
  expect(after - before).toBeLessThan(75);
});

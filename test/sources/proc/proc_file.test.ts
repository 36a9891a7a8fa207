import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { readProcFile } from "../../../src/sources/proc/proc_file.ts";
import { isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

test("files of any length, one after the other", () => {
  for (const bytes of [0, 1, 16_383, 16_384, 16_385, 200_000, 5]) {
    const text = "x".repeat(bytes);
    using tree = new TempTree({ "/proc/stat": text });
    expect(readProcFile(tree.root.proc("stat"))).toBe(text);
  }
});

test("of a file without an end a megabyte is read", () => {
  using tree = new TempTree({ "/proc/stat": "x".repeat(3_000_000) });
  expect(readProcFile(tree.root.proc("stat")).length).toBe(1024 * 1024);
});

test.skipIf(!isLinux)("files that the kernel makes while they are read", () => {
  for (const path of ["/proc/version", "/proc/self/limits", "/proc/cpuinfo", "/proc/filesystems"]) {
    const content = readFileSync(path, "latin1");
    // The speed of a CPU changes from one reading to the next.
    expect(readProcFile(path).split("\n").length).toBe(content.split("\n").length);
  }
});

test("a file that is missing is an error", () => {
  using tree = new TempTree();
  expect(() => readProcFile(tree.root.proc("stat"))).toThrow("ENOENT");
});

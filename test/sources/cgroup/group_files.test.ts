import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { GroupFiles } from "../../../src/sources/cgroup/group_files.ts";
import { openFilesIn } from "../../helpers/descriptors.ts";
import { isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}\n`).join("");

describe("a file", () => {
  test.each([0, 1, 700, 1500, 20_000])("of %p pids is read whole", (count) => {
    using tree = new TempTree({ "/cgroup.procs": numbers(count) });
    const files = new GroupFiles();
    expect(files.read(`${tree.folder}/cgroup.procs`).toString()).toBe(numbers(count));
  });

  test("of many megabytes is cut, some way behind the first", () => {
    using tree = new TempTree({ "/cgroup.procs": "1234567\n".repeat(2 ** 19) });
    const { length } = new GroupFiles().read(`${tree.folder}/cgroup.procs`);
    expect(length).toBeGreaterThanOrEqual(2 ** 20);
    expect(length).toBeLessThan(2 ** 22 - 2 ** 20);
  });

  test("that is not there is an error", () => {
    expect(() => new GroupFiles(1).read("/no/such")).toThrow("ENOENT");
    expect(() => new GroupFiles(1).readAgain("/no/such")).toThrow("ENOENT");
  });

  test("after a long one that is forgotten, a short one is read as well", () => {
    using tree = new TempTree({ "/long": numbers(20_000), "/short": "7\n" });
    const files = new GroupFiles();
    files.read(`${tree.folder}/long`);
    files.shrink();
    expect(files.read(`${tree.folder}/short`).toString()).toBe("7\n");
  });
});

test("files are counted from one pass to the next", () => {
  using tree = new TempTree({ "/a": "1\n" });
  const files = new GroupFiles(1);
  files.beginPass();
  files.read(`${tree.folder}/a`);
  files.readAgain(`${tree.folder}/a`);
  expect(files.count).toBe(2);
  files.beginPass();
  expect(files.count).toBe(0);
});

describe.skipIf(!isLinux)("files that are read in each pass", () => {
  test("stay open, so many at most, and show what was written to them", () => {
    using tree = new TempTree({ "/a": "1\n", "/b": "2\n" });
    const files = new GroupFiles(1);
    const read = (name: string) => files.readAgain(`${tree.folder}/${name}`).toString();
    for (let pass = 0; pass < 3; pass++) {
      files.beginPass();
      expect([read("a"), read("b")]).toEqual(["1\n", "2\n"]);
    }
    expect(openFilesIn(tree.folder)).toHaveLength(1);
    tree.write("/a", "3\n");
    files.beginPass();
    expect(read("a")).toBe("3\n");
    files.close();
    expect(openFilesIn(tree.folder)).toEqual([]);
  });

  test("none stays open that was read once, or with nothing to be kept", () => {
    using tree = new TempTree({ "/a": "1\n" });
    const files = new GroupFiles();
    files.beginPass();
    files.read(`${tree.folder}/a`);
    files.readAgain(`${tree.folder}/a`);
    expect(openFilesIn(tree.folder)).toEqual([]);
    rmSync(`${tree.folder}/a`);
    expect(() => files.readAgain(`${tree.folder}/a`)).toThrow("ENOENT");
  });
});

import { expect, test } from "bun:test";
import { mkdirSync, rmSync } from "node:fs";
import {
  Cgroup2Mount,
  findCgroup2,
  parseCgroup2Mounts,
} from "../../../src/sources/cgroup/mount.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const line = (point: string, type: string) => `41 31 0:38 / ${point} rw shared:9 - ${type} x rw\n`;

test("finds version 2 among other mounts, escapes undone", () => {
  const text =
    line("/sys/fs/cgroup", "tmpfs") + line("/a\\040b\\134c", "cgroup2") + line("/v1", "cgroup");
  expect([...parseCgroup2Mounts(text)]).toEqual(["/a b\\c"]);
});

test("what something else was mounted over is none", () => {
  expect(parseCgroup2Mounts(line("/x", "cgroup2") + line("/x", "tmpfs")).size).toBe(0);
});

test.each(["", "\n", "garbage", "a - b - c\n", "1 2 3 4\n - cgroup2 x\n"])(
  "%j has none",
  (text) => {
    expect(parseCgroup2Mounts(text).size).toBe(0);
  },
);

test("only the usual places below the root count, the one of a hybrid host too", () => {
  using tree = new TempTree({ "/proc/self/mountinfo": line("/sys/fs/cgroup", "cgroup2") });
  expect(findCgroup2(tree.root)).toBeUndefined();
  tree.write("/proc/self/mountinfo", line(`${tree.folder}/sys/fs/cgroup/unified`, "cgroup2"));
  expect(findCgroup2(tree.root)).toBe(`${tree.folder}/sys/fs/cgroup/unified`);
});

test("a host without a mount table has none", () => {
  using tree = new TempTree();
  expect(findCgroup2(tree.root)).toBeUndefined();
});

test("the mount table is read again when something else is in one of the places", () => {
  using tree = new TempTree({ "/proc/self/mountinfo": "" });
  const mount = new Cgroup2Mount(tree.root);
  expect(mount.find()).toBeUndefined();
  const place = `${tree.folder}/sys/fs/cgroup`;
  tree.write("/proc/self/mountinfo", line(place, "cgroup2"));
  expect(mount.find()).toBeUndefined();
  mkdirSync(place, { recursive: true });
  expect(mount.find()).toBe(place);
  rmSync(place, { recursive: true });
  tree.write("/proc/self/mountinfo", "");
  expect(mount.find()).toBeUndefined();
});

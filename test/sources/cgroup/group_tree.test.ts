import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { GroupTree, TREE_LIMITS } from "../../../src/sources/cgroup/group_tree.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

/** A tree of groups made of ordinary files. */
class Groups extends TempTree {
  constructor() {
    super({ "/cgroup.procs": "1\n" });
  }

  set(name: string, usageMicros: number, ...pids: number[]): void {
    this.write(`/${name}/cpu.stat`, `usage_usec ${usageMicros}\n`);
    this.write(`/${name}/cgroup.procs`, pids.map((pid) => `${pid}\n`).join(""));
  }
}

const shown = (tree: GroupTree) => {
  const { changes, isFirst } = tree.read();
  return [isFirst, ...changes.map(({ before, now }) => `${[...before]}>${[...now]}`)];
};

test("only what has run, and what is above it, is read again", () => {
  using groups = new Groups();
  groups.set("a", 10, 5);
  groups.set("a/b", 4, 6);
  groups.set("c", 1, 7, 8);
  const tree = new GroupTree(groups.folder);
  expect(shown(tree).toSorted()).toEqual([">5", ">6", ">7,8", true].toSorted());
  expect(shown(tree)).toEqual([false]);
  groups.set("a", 11, 5);
  groups.set("c", 1, 9);
  expect(shown(tree)).toEqual([false, "5>5"]);
  groups.set("c", 2, 9);
  expect(shown(tree)).toEqual([false, "7,8>9"]);
});

test("what a group used itself is what those below it did not", () => {
  using groups = new Groups();
  groups.set("a", 10, 5);
  groups.set("a/b", 4, 6);
  const tree = new GroupTree(groups.folder);
  tree.read();
  groups.set("a", 110, 5);
  groups.set("a/b", 34, 6);
  expect([...tree.read().grownMicros.values()].toSorted((x, y) => x - y)).toEqual([30, 70]);
});

test("a group that is gone is told with what it named, another one is found in its place", () => {
  using groups = new Groups();
  groups.set("a", 10, 5);
  const tree = new GroupTree(groups.folder);
  tree.read();
  rmSync(`${groups.folder}/a`, { recursive: true });
  groups.set("b", 10, 6);
  expect(shown(tree)).toEqual([false, "5>"]);
  expect(shown(tree)).toEqual([false, ">6"]);
});

test("no more groups are looked at than the limits allow, in width, depth and number", () => {
  using groups = new Groups();
  for (let i = 0; i < 9; i++) groups.set(`wide/${i}`, 1, 100 + i);
  groups.set("wide", 9);
  groups.set("deep", 9);
  groups.set("deep/er", 9);
  groups.set("deep/er/est", 9, 50);
  const read = (limits: Partial<typeof TREE_LIMITS>) =>
    new GroupTree(groups.folder, { ...TREE_LIMITS, ...limits }).read().changes.length;
  expect(read({})).toBe(13);
  expect(read({ children: 4 })).toBe(8);
  expect(read({ listed: 8 })).toBe(4);
  expect(read({ levels: 2 })).toBe(12);
  expect(read({ groups: 6 })).toBe(6);
});

import { expect, test } from "bun:test";
import { GroupWatch } from "../../../src/sources/cgroup/group_watch.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const MINUTE_MS = 60_000;

/** The mount table of a host with a hierarchy. */
const mounted = (tree: TempTree) =>
  `30 23 0:26 / ${tree.folder}/sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n`;

/** A host with a hierarchy of three groups below /sys/fs/cgroup, and what is reported of it. */
function watched(selfStatus = "Name:\tx\nUid:\t0\t0\t0\t0\nNSpid:\t7\n") {
  const tree = new TempTree({ "/proc/self/status": selfStatus });
  for (const group of ["", "/a", "/b"]) {
    tree.write(`/sys/fs/cgroup${group}/cgroup.procs`, "1\n");
    tree.write(`/sys/fs/cgroup${group}/cpu.stat`, "usage_usec 5\n");
  }
  tree.write("/proc/self/mountinfo", mounted(tree));
  const said: string[] = [];
  const watch = new GroupWatch(tree.root, (way, reason) => said.push(`${way}: ${reason}`));
  return { tree, said, watch, [Symbol.dispose]: () => tree[Symbol.dispose]() };
}

test("groups are used where there are some, which is said once", () => {
  using it = watched();
  expect(it.watch.begin(0)?.isFirst).toBe(true);
  it.watch.end(100, 100);
  expect(it.watch.begin(1000)?.isFirst).toBe(false);
  it.watch.end(1, 100);
  expect(it.said).toHaveLength(1);
  expect(it.said[0]).toStartWith("groups: ");
});

test.each([
  ["Name:\tx\nUid:\t0\t0\t0\t0\nNSpid:\t7\t1\n", "/proc is that of another pid namespace"],
  ["", "/proc does not show this process"],
])("every process is read where the status of this one is %j", (status, reason) => {
  using it = watched(status);
  expect(it.watch.begin(0)).toBeUndefined();
  expect(it.said).toEqual([`every process: ${reason}`]);
});

test("every process is read without a hierarchy, until there is one a minute later", () => {
  using it = watched();
  it.tree.write("/proc/self/mountinfo", "");
  expect(it.watch.begin(0)).toBeUndefined();
  expect(it.said[0]).toContain("no cgroup v2 hierarchy is mounted");
  it.tree.write("/proc/self/mountinfo", mounted(it.tree));
  expect(it.watch.begin(MINUTE_MS - 1)).toBeUndefined();
  expect(it.watch.begin(MINUTE_MS)?.isFirst).toBe(true);
});

test("groups that cost more than they save, three passes in a row, are left for longer and longer", () => {
  using it = watched();
  let nowMs = 0;
  const pauses: number[] = [];
  for (let round = 0; round < 6; round++) {
    for (let pass = 0; pass < 3; pass++) {
      expect(it.watch.begin(nowMs)).toBeDefined();
      it.watch.end(10, 10);
    }
    const pausedMs = nowMs;
    while (it.watch.begin(nowMs) === undefined) nowMs += MINUTE_MS;
    pauses.push((nowMs - pausedMs) / MINUTE_MS);
    it.watch.forget();
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 16]);
});

test("one pass that saves something makes all before it good", () => {
  using it = watched();
  for (let pass = 0; pass < 20; pass++) {
    expect(it.watch.begin(pass)).toBeDefined();
    // A pass reads three groups' files at least; what it saves is what was not read.
    it.watch.end(0, pass % 2 === 0 ? 0 : 1000);
  }
});

test("what is forgotten is read as if for the first time", () => {
  using it = watched();
  it.watch.begin(0);
  it.watch.end(0, 1000);
  it.watch.forget();
  expect(it.watch.begin(1)?.isFirst).toBe(true);
});

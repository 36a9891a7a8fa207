import { expect, test } from "bun:test";
import { GroupFiles } from "../../../src/sources/cgroup/group_files.ts";
import { parseProcs, readProcs } from "../../../src/sources/cgroup/procs.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

test.each([
  ["", []],
  ["7\n", [7]],
  ["7\n12\n4194304\n", [7, 12, 4194304]],
  ["0\n7\n0\n", [7]],
  ["7\n12", [7]],
  ["12", []],
])("%j names %p", (text, pids) => {
  expect([...parseProcs(Buffer.from(text))]).toEqual(pids);
});

test("a long list is read whole, and the next one is not mixed with it", () => {
  const pids = Array.from({ length: 20_000 }, (_, i) => i + 1);
  using tree = new TempTree({
    "/long/cgroup.procs": pids.map((pid) => `${pid}\n`).join(""),
    "/short/cgroup.procs": "3\n",
  });
  const files = new GroupFiles();
  expect([...readProcs(files, `${tree.folder}/long`)]).toEqual(pids);
  expect([...readProcs(files, `${tree.folder}/short`)]).toEqual([3]);
});

import { expect, test } from "bun:test";
import { listPids } from "../../../src/sources/proc/pids.ts";
import { Root } from "../../../src/sources/root.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

test("pids are the folders whose names are numbers, in ascending order", () => {
  using tree = new TempTree();
  for (const name of ["10", "9", "100", "self", "net", "2", "4194303", ".hidden"])
    tree.write(`/proc/${name}/stat`, "");
  expect([...listPids(tree.root)]).toEqual([2, 9, 10, 100, 4_194_303]);
});

test("without a /proc there is an error", () => {
  expect(() => listPids(new Root("/no/such"))).toThrow("ENOENT");
});

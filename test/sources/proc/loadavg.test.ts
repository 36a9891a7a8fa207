import { expect, test } from "bun:test";
import { parseLoadAverages, readLoadAverages } from "../../../src/sources/proc/loadavg.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

test("three averages, as the kernel prints them", () => {
  expect(parseLoadAverages("0.20 10.18 0.12 1/80 11206\n")).toEqual(["0.20", "10.18", "0.12"]);
});

test.each(["", "\n", "0.20 0.18\n", "a b c d\n"])("%j tells none", (text) => {
  expect(parseLoadAverages(text)).toBeUndefined();
});

test("a host without the file tells none", () => {
  using tree = new TempTree();
  expect(readLoadAverages(tree.root)).toBeUndefined();
  tree.write("/proc/loadavg", "0.20 10.18 0.12 1/80 11206\n");
  expect(readLoadAverages(tree.root)).toEqual(["0.20", "10.18", "0.12"]);
});

import { expect, test } from "bun:test";
import { parseBootId, readBootId } from "../../../src/sources/proc/boot_id.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const TEXT = "6a453a1d-2249-41bc-a21d-249f7ad6f269\n";
const ID = "6a453a1d224941bca21d249f7ad6f269";

test("as the journal writes it", () => {
  expect(parseBootId(TEXT)).toBe(ID);
});

test.each(["", "6a453a1d\n", `${TEXT}${TEXT}`, TEXT.toUpperCase()])("%j is none", (text) => {
  expect(parseBootId(text)).toBeUndefined();
});

test("a host without the file has none", () => {
  using tree = new TempTree();
  expect(readBootId(tree.root)).toBeUndefined();
  tree.write("/proc/sys/kernel/random/boot_id", TEXT);
  expect(readBootId(tree.root)).toBe(ID);
});

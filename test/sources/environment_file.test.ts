import { expect, test } from "bun:test";
import { parseEnvironmentFile, readEnvironmentFile } from "../../src/sources/environment_file.ts";
import { TempTree } from "../helpers/temp_tree.ts";

test.each([
  ["A=1", { A: "1" }],
  ["A=1\nB=2\nA=3\n", { A: "3", B: "2" }],
  ["# A=1\n; B=2\n\nC=3", { C: "3" }],
  ["  A=1", { A: "1" }],
  ["A= x ", { A: "x" }],
  ["A=", { A: "" }],
  ["A=x=y", { A: "x=y" }],
  ['A="a b"', { A: "a b" }],
  ["A='a \"b\" \\n'", { A: 'a "b" \\n' }],
  ['A="quote \\" back \\\\"', { A: 'quote " back \\' }],
  ["A=one \\\ntwo\nB=1", { A: "one two", B: "1" }],
  ["EXCLUDE_USERS=gdm,lightdm", { EXCLUDE_USERS: "gdm,lightdm" }],
  // No assignments.
  ["export A=1\n1A=2\nA-B=3\nA\n=5\nA =6", {}],
])("%j holds %j", (text, variables) => {
  expect(parseEnvironmentFile(text)).toEqual(variables);
});

// systemd takes \r for an end of line (NEWLINE, src/basic/env-file.c).
test("a file with Windows line ends is read", () => {
  expect(parseEnvironmentFile("A=1\r\nB=2\r\n")).toEqual({ A: "1", B: "2" });
});

test("a missing file is an error", () => {
  using tree = new TempTree({ "/env": "A=1\n" });
  expect(readEnvironmentFile(`${tree.folder}/env`)).toEqual({ A: "1" });
  expect(() => readEnvironmentFile(`${tree.folder}/none`)).toThrow("ENOENT");
});

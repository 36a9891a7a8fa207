import { expect, test } from "bun:test";
import { table } from "../../src/cli/table.ts";

test("columns are as wide as their widest cell, two blanks apart", () => {
  expect(
    table(
      ["USER", "TTY", "FROM"],
      [
        ["alice", "pts/0", "-"],
        ["b", "-", "203.0.113.9"],
      ],
    ),
  ).toBe("USER   TTY    FROM\nalice  pts/0  -\nb      -      203.0.113.9");
});

test("no line ends in blanks, and without rows there are the headings", () => {
  expect(table(["A", "LONG"], [["x", ""]])).toBe("A  LONG\nx");
  expect(table(["A", "B"], [])).toBe("A  B");
});

test("wide and combined letters take the room that a terminal gives them", () => {
  const [, wide, plain] = table(
    ["A", "B"],
    [
      ["\u65e5\u672c", "x"],
      ["e\u0301", "x"],
    ],
  ).split("\n");
  expect(wide).toBe("\u65e5\u672c  x");
  expect(plain).toBe("e\u0301     x");
});

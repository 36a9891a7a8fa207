import { describe, expect, test } from "bun:test";
import { LineFinder, lineAt, linesWith } from "../../../src/sources/proc/line_finder.ts";

/** Two tables of `N key` lines; the key of a line is its second word with the blanks around it. */
const TABLES = ["head\n1 a .\n2 b .\n3 a a .\n", "head\n4 a .\n5  .\n6 b ."].map((text) =>
  Buffer.from(text),
);

function keyOf(table: Buffer, start: number): string | undefined {
  const [, word] = /^\d (\w+) /.exec(table.toString("latin1", start, start + 20)) ?? [];
  return word === undefined ? undefined : ` ${word} `;
}

describe("a line finder", () => {
  test("finds lines by what stands in them, in all tables, and none that is cut off", () => {
    const finder = new LineFinder(TABLES, keyOf);
    expect(finder.find(" a ", 10)).toEqual(["1 a .", "3 a a .", "4 a ."]);
    expect(finder.find(" b ", 10)).toEqual(["2 b ."]);
    expect(finder.find(" c ", 10)).toEqual([]);
  });

  test("gives the same after many searches, from one walk over all lines", () => {
    let walked = 0;
    const finder = new LineFinder(TABLES, (table, start) => {
      walked++;
      return keyOf(table, start);
    });
    for (let i = 0; i < 8; i++) finder.find(" b ", 10);
    expect(walked).toBe(0);
    for (let i = 0; i < 5; i++) {
      expect(finder.find(" a ", 10)).toEqual(["1 a .", "3 a a .", "4 a ."]);
      expect(finder.find(" c ", 10)).toEqual([]);
    }
    expect(walked).toBe(8);
  });

  test("where a key stands in many lines in another place, only those whose key it is count", () => {
    const noise = Buffer.from(`${"9 x a .\n".repeat(50)}1 a .\n`);
    expect(new LineFinder([noise], keyOf).find(" a ", 2)).toEqual(["1 a ."]);
  });

  test("gives so many lines at most", () => {
    const many = Buffer.from("1 a .\n".repeat(50));
    expect(new LineFinder([many], keyOf).find(" a ", 3)).toHaveLength(3);
  });
});

test("linesWith gives each line once, however often the pattern stands in it", () => {
  const table = Buffer.from("aa\nbab\n\na");
  expect([...linesWith(table, Buffer.from("a"))]).toEqual([0, 3, 8]);
});

test("a line has its end, and 512 bytes at most", () => {
  const table = (length: number) => Buffer.from(`${"x".repeat(length)}\n`);
  expect(lineAt(table(512), 0)).toHaveLength(512);
  expect(lineAt(table(513), 0)).toBeUndefined();
  expect(lineAt(Buffer.from("abc"), 0)).toBeUndefined();
});

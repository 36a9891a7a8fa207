import { afterAll, describe, expect, test } from "bun:test";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LogFile } from "../../../../src/sources/logs/text/file.ts";
import { findStart } from "../../../../src/sources/logs/text/first_wanted.ts";
import { remove, scratchFolder } from "../../../helpers/run.ts";

const folder = scratchFolder("first-wanted");
const path = join(folder, "log");
afterAll(() => remove(folder));

const LINE_BYTES = 40;
const BUFFERFUL = 64 * 1024;
const line = (text: string) => `${text.padEnd(LINE_BYTES - 1, ".")}\n`;

/** Where to begin for all lines from this number on; a line without a number can't be judged. */
function startFor(first: number): number | undefined {
  const file = new LogFile(path);
  try {
    return findStart(file, (text) => {
      const number = /^(\d+)\./.exec(text)?.[1];
      return number === undefined ? undefined : Number(number) >= first;
    });
  } finally {
    file.close();
  }
}

describe("in a log of 20,000 lines", () => {
  const write = (isOdd = (_i: number) => false) =>
    writeFileSync(
      path,
      Array.from({ length: 20_000 }, (_, i) => line(isOdd(i) ? "odd" : `${i}`)).join(""),
    );

  test.each([1, 2, 1638, 1639, 9999, 19_998, 19_999, 25_000])(
    "reading for line %p begins at an earlier one, not far before it",
    (first) => {
      write();
      const start = startFor(first)!;
      expect(start % LINE_BYTES).toBe(0);
      expect(start / LINE_BYTES).toBeLessThan(first);
      expect(start).toBeGreaterThan(Math.min(first, 20_000) * LINE_BYTES - 3 * BUFFERFUL);
    },
  );

  test("all is wanted where the first line is", () => {
    write();
    expect(startFor(0)).toBeUndefined();
  });

  test("lines that can't be judged are passed over", () => {
    write((i) => i % 3 !== 0);
    const start = startFor(9999)!;
    expect(start / LINE_BYTES).toBeLessThan(9999);
    expect((start / LINE_BYTES) % 3).toBe(0);
    expect(start).toBeGreaterThan(9999 * LINE_BYTES - 3 * BUFFERFUL);
  });

  test("where none can be judged, all is read", () => {
    write(() => true);
    expect(startFor(9999)).toBeUndefined();
  });
});

test("an empty log is wanted whole", () => {
  writeFileSync(path, "");
  expect(startFor(1)).toBeUndefined();
});

test("of a hole of gigabytes no more than a part is read that can't be judged", () => {
  writeFileSync(path, line("1"));
  truncateSync(path, 2 ** 32);
  expect(startFor(2)!).toBeGreaterThan(2 ** 32 - 17 * 2 ** 20);
});

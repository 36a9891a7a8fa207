import { afterAll, describe, expect, test } from "bun:test";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { MAX_OBJECT_BYTES, Pages } from "../../../../src/sources/logs/journal/pages.ts";
import { removeScratch, scratchFolder } from "./fixtures.ts";

const KIB = 1024;
/** Each 32 bits are the number of their place. */
const CONTENT = Buffer.from(Uint32Array.from({ length: 100 * KIB }, (_, i) => i).buffer);

const open: number[] = [];
function file(): number {
  const path = join(scratchFolder(), "file");
  writeFileSync(path, CONTENT);
  open.push(openSync(path, "r+"));
  return open.at(-1)!;
}
afterAll(() => {
  for (const fd of open) closeSync(fd);
  removeScratch();
});

function loaded(pages: Pages, fd: number, offset: number, length: number): Buffer | undefined {
  if (!pages.load(fd, offset, length)) return undefined;
  if (offset % 4 === 0) expect(pages.words[pages.at / 4]).toBe(pages.bytes.readUInt32LE(pages.at));
  return pages.bytes.subarray(pages.at, pages.at + length);
}

describe("pages", () => {
  test("give what stands in the file, wherever and however much", () => {
    const [pages, fd] = [new Pages(), file()];
    for (const [offset, length] of [
      [0, 16],
      [4090, 100],
      [16 * KIB - 8, 16],
      [300_000, MAX_OBJECT_BYTES],
      [CONTENT.length - 8, 8],
      [0, 0],
    ] as const) {
      expect(loaded(pages, fd, offset, length)).toEqual(CONTENT.subarray(offset, offset + length));
    }
  });

  test.each([
    [CONTENT.length - 8, 16],
    [CONTENT.length, 1],
    [-8, 8],
    [0, -1],
    [0, MAX_OBJECT_BYTES + 1],
    [Number.MAX_SAFE_INTEGER, 8],
    [Number.NaN, 8],
  ])("from %p, %p bytes are not to be had", (offset, length) => {
    expect(new Pages().load(file(), offset, length)).toBe(false);
  });

  test("read once what lies near to each other, and again what was forgotten", () => {
    const [pages, fd, other] = [new Pages(), file(), file()];
    for (let at = 0; at < 8 * KIB; at += 16) pages.load(fd, at, 16);
    pages.load(other, 0, 16);
    expect(pages.reads).toBe(2);
    writeSync(fd, Buffer.from("changed!"), 0, 8, 0);
    expect(loaded(pages, fd, 0, 8)).toEqual(CONTENT.subarray(0, 8));
    pages.forget(other);
    expect(loaded(pages, fd, 0, 8)).toEqual(CONTENT.subarray(0, 8));
    pages.forget(fd);
    expect(loaded(pages, fd, 0, 8)!.toString()).toBe("changed!");
  });

  test("of files that are read in turns are eight, and a long object takes none of them", () => {
    const pages = new Pages();
    const files = Array.from({ length: 8 }, file);
    for (let round = 0; round < 3; round++) for (const fd of files) pages.load(fd, 0, 16);
    expect(pages.reads).toBe(8);
    pages.load(files[0]!, 0, MAX_OBJECT_BYTES);
    for (const fd of files) pages.load(fd, 0, 16);
    expect(pages.reads).toBe(9);
  });

  test("of a file that can't be read are none", () => {
    const fd = openSync("/", "r");
    try {
      expect(new Pages().load(fd, 0, 8)).toBe(false);
    } finally {
      closeSync(fd);
    }
  });
});

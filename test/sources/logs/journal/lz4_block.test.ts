import { describe, expect, test } from "bun:test";
import { unpackLz4Block } from "../../../../src/sources/logs/journal/lz4_block.ts";

const unpack = (bytes: number[], size: number) =>
  unpackLz4Block(Uint8Array.from(bytes), 0, bytes.length, size)?.toString("latin1");

/** Blocks put together by hand from the format's description; captured ones are in the fixtures. */
describe("unpackLz4Block", () => {
  test("literals alone", () => {
    expect(unpack([0x30, 0x61, 0x62, 0x63], 3)).toBe("abc");
  });

  test("a match that overlaps itself", () => {
    // "a", then 4 + 4 bytes from one back, then "b".
    expect(unpack([0x14, 0x61, 1, 0, 0x10, 0x62], 10)).toBe("aaaaaaaaab");
  });

  test("long lengths", () => {
    const literals = Array.from({ length: 300 }, () => 0x78);
    expect(unpack([0xf0, 255, 30, ...literals], 300)).toBe("x".repeat(300));
    // "a", then 4 + 15 + 255 + 1 bytes from one back.
    expect(unpack([0x1f, 0x61, 1, 0, 255, 1, 0x00], 276)).toBe("a".repeat(276));
  });

  test.each<[string, number[], number]>([
    ["too few literals", [0x30, 0x61], 3],
    ["more than was announced", [0x30, 0x61, 0x62, 0x63], 2],
    ["less than was announced", [0x30, 0x61, 0x62, 0x63], 4],
    ["a match of nothing", [0x14, 0x61, 0, 0, 0x00], 9],
    ["a match from before the beginning", [0x14, 0x61, 2, 0, 0x00], 9],
    ["a match that is too long", [0x14, 0x61, 1, 0, 0x00], 5],
    ["half a distance", [0x14, 0x61, 1], 9],
    ["an endless length", [0xf0, 255, 255, 255], 1000],
    ["nothing", [], 1],
  ])("%s is damage", (_, bytes, size) => {
    expect(unpack(bytes, size)).toBeUndefined();
  });
});

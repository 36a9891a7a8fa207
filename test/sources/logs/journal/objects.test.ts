import { expect, test } from "bun:test";
import { readU64 } from "../../../../src/sources/logs/journal/objects.ts";

test.each([0n, 1n, 0xffff_ffffn, 0x1_0000_0000n, 2n ** 53n - 1n])(
  "%p is read as it is",
  (value) => {
    const bytes = Buffer.alloc(12, 0xff);
    bytes.writeBigUInt64LE(value, 3);
    expect(readU64(bytes, 3)).toBe(Number(value));
  },
);

test("what is larger is no safe integer", () => {
  const bytes = Buffer.alloc(8);
  for (const value of [2n ** 53n, 2n ** 64n - 1n]) {
    bytes.writeBigUInt64LE(value);
    expect(Number.isSafeInteger(readU64(bytes, 0))).toBe(false);
  }
});

import { describe, expect, test } from "bun:test";
import { PAGE_BYTES, TICKS_PER_SECOND, parseAuxv } from "../../../src/sources/proc/auxv.ts";

const AT_NULL = 0;
const AT_PAGESZ = 6;
const AT_CLKTCK = 17;

function auxv(...entries: [key: number, value: number | bigint][]): Buffer {
  const words = [...entries, [AT_NULL, 0] as const].flat().map(BigInt);
  return Buffer.from(BigUint64Array.from(words).buffer);
}

describe("parseAuxv", () => {
  test.each([4096, 16_384, 65_536])("pages of %i bytes", (bytes) => {
    expect(parseAuxv(auxv([16, 0xffff], [AT_PAGESZ, bytes], [AT_CLKTCK, 250]))).toEqual({
      pageBytes: bytes,
      ticksPerSecond: 250,
    });
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["an entry that is cut off", auxv([AT_PAGESZ, 65_536]).subarray(0, 15)],
    ["no sizes", auxv([AT_PAGESZ, 0], [AT_CLKTCK, 0])],
    ["a page that is no power of 2", auxv([AT_PAGESZ, 5000])],
    ["numbers of 64 bits", auxv([AT_PAGESZ, 2n ** 63n], [AT_CLKTCK, 2n ** 64n - 1n])],
  ])("%s: as on most machines", (_, bytes) => {
    expect(parseAuxv(bytes)).toEqual({ pageBytes: 4096, ticksPerSecond: 100 });
  });
});

test.skipIf(!Bun.which("getconf")).each([
  ["PAGESIZE", PAGE_BYTES],
  ["CLK_TCK", TICKS_PER_SECOND],
])("this machine's %s is what getconf says", (name, value) => {
  expect(value).toBe(Number(Bun.spawnSync(["getconf", name]).stdout.toString()));
});

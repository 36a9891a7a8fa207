import { expect, test } from "bun:test";
import { constants, zstdCompressSync } from "node:zlib";
import { unpackedSize } from "../../../../src/sources/logs/journal/zstd_frame.ts";

const noise = (bytes: number) => {
  const out = Buffer.alloc(bytes);
  for (let i = 0, state = 1; i < bytes; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    out[i] = state >>> 16;
  }
  return out;
};

const sizes = [0, 1, 255, 256, 257, 511, 65_535, 65_536, 65_791, 65_792, 300_000];

test.each(sizes)("%d bytes, packed, say how many they are", (size) => {
  for (const content of [Buffer.alloc(size, "a"), noise(size)]) {
    expect(unpackedSize(Buffer.from(Bun.zstdCompressSync(content)))).toBe(size);
    const params = { [constants.ZSTD_c_checksumFlag]: 1 };
    expect(unpackedSize(zstdCompressSync(content, { params }))).toBe(size);
  }
});

test("a frame that does not say its size has none", () => {
  const params = { [constants.ZSTD_c_contentSizeFlag]: 0 };
  expect(unpackedSize(zstdCompressSync(noise(1000), { params }))).toBeUndefined();
});

test("two frames, or one with something behind it, are not one", () => {
  const frame = Buffer.from(Bun.zstdCompressSync(noise(1000)));
  expect(unpackedSize(Buffer.concat([frame, frame]))).toBeUndefined();
  expect(unpackedSize(Buffer.concat([frame, Buffer.alloc(1)]))).toBeUndefined();
});

test("a frame that is cut off anywhere has no size", () => {
  const frame = Buffer.from(Bun.zstdCompressSync(noise(300)));
  for (let length = 0; length < frame.length; length++) {
    expect(unpackedSize(frame.subarray(0, length))).toBeUndefined();
  }
});

test("whatever is damaged, no more is unpacked than was said", () => {
  const frame = Buffer.from(
    Bun.zstdCompressSync(Buffer.concat([noise(300), Buffer.alloc(300, "a")])),
  );
  let unpacked = 0;
  for (let at = 0; at < frame.length; at++) {
    for (const bit of [1, 2, 4, 8, 16, 32, 64, 128]) {
      const damaged = Buffer.from(frame);
      damaged[at]! ^= bit;
      const size = unpackedSize(damaged);
      if (size === undefined || size > 65_536) continue;
      try {
        expect(Bun.zstdDecompressSync(damaged).length).toBeLessThanOrEqual(size);
        unpacked++;
      } catch {
        // Damage that zstd itself notices.
      }
    }
  }
  expect(unpacked).toBeGreaterThan(0);
});

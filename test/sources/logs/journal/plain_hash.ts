/**
 * The two hashes of journal files once more, after their papers and not after the code that is tested:
 * on whole 64-bit numbers, as slowly as that goes.
 */

const MASK = 0xffff_ffff_ffff_ffffn;

/** SipHash-2-4, with the 16 bytes of the key. https://www.aumasson.jp/siphash/siphash.pdf, section 2 */
export function plainSiphash(key: Uint8Array, bytes: Uint8Array): bigint {
  const [k0, k1] = [wordAt(key, 0, 8), wordAt(key, 8, 8)];
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const round = () => {
    v0 = (v0 + v1) & MASK;
    v2 = (v2 + v3) & MASK;
    v1 = turn64(v1, 13n) ^ v0;
    v3 = turn64(v3, 16n) ^ v2;
    v0 = turn64(v0, 32n);
    v2 = (v2 + v1) & MASK;
    v0 = (v0 + v3) & MASK;
    v1 = turn64(v1, 17n) ^ v2;
    v3 = turn64(v3, 21n) ^ v0;
    v2 = turn64(v2, 32n);
  };
  const blocks = Math.floor(bytes.length / 8);
  for (let i = 0; i <= blocks; i++) {
    const rest = i === blocks ? bytes.length % 8 : 8;
    let block = wordAt(bytes, i * 8, rest);
    if (i === blocks) block |= BigInt(bytes.length % 256) << 56n;
    v3 ^= block;
    round();
    round();
    v0 ^= block;
  }
  v2 ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

/** Bob Jenkins' hashlittle2 with both seeds 0; `c` is the high half. https://burtleburtle.net/bob/c/lookup3.c */
export function plainJenkins(bytes: Uint8Array): bigint {
  let a = (0xdeadbeef + bytes.length) >>> 0;
  let b = a;
  let c = a;
  let at = 0;
  const part = (skip: number) => {
    const length = Math.min(4, Math.max(0, bytes.length - at - skip));
    return Number(wordAt(bytes, at + skip, length));
  };
  for (; bytes.length - at > 12; at += 12) {
    [a, b, c] = [(a + part(0)) >>> 0, (b + part(4)) >>> 0, (c + part(8)) >>> 0];
    // mix(): in turn, one is mixed with the next but one, which then grows.
    for (const shift of [4, 6, 8, 16, 19, 4]) {
      const mixed = ((a - c) ^ turn32(c, shift)) >>> 0;
      const grown = (c + b) >>> 0;
      [a, b, c] = [b, grown, mixed];
    }
  }
  if (bytes.length > at) {
    [a, b, c] = [(a + part(0)) >>> 0, (b + part(4)) >>> 0, (c + part(8)) >>> 0];
    // final()
    c = ((c ^ b) - turn32(b, 14)) >>> 0;
    a = ((a ^ c) - turn32(c, 11)) >>> 0;
    b = ((b ^ a) - turn32(a, 25)) >>> 0;
    c = ((c ^ b) - turn32(b, 16)) >>> 0;
    a = ((a ^ c) - turn32(c, 4)) >>> 0;
    b = ((b ^ a) - turn32(a, 14)) >>> 0;
    c = ((c ^ b) - turn32(b, 24)) >>> 0;
  }
  return (BigInt(c) << 32n) | BigInt(b);
}

/** Up to eight bytes, little endian. */
function wordAt(bytes: Uint8Array, at: number, length: number): bigint {
  let word = 0n;
  for (let i = length - 1; i >= 0; i--) word = (word << 8n) | BigInt(bytes[at + i]!);
  return word;
}

function turn64(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}

function turn32(value: number, bits: number): number {
  return ((value << bits) | (value >>> (32 - bits))) >>> 0;
}

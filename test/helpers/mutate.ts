/** Damage to what a source holds: the bytes of a real file, changed in one to eight places. */
import type { Random } from "./random.ts";

/** Bytes that separate, quote or end something in the formats that are read here. */
const SPECIAL_BYTES = Buffer.from(
  "\0\n\r\t :;,=()[]{}<>\"'\\/@%#-+._*?&|~\x01\x1b\x7f\x80\xc3\xff",
);

/** Numbers at the limits of what programs keep them in, and what is nearly a number. */
const EXTREME_NUMBERS = [
  "-1",
  "0",
  "00",
  "+1",
  "127",
  "255",
  "256",
  "32768",
  "65535",
  "65536",
  "2147483647",
  "2147483648",
  "4294967295",
  "4294967296",
  "9007199254740993",
  "9223372036854775807",
  "18446744073709551615",
  "18446744073709551616",
  "1e999",
  "0x10",
  "1.5",
  "NaN",
  "",
  "9".repeat(400),
].map((text) => Buffer.from(text));

const EXTREME_U64 = [
  0n,
  1n,
  7n,
  8n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x1fffffffffffffn,
  0x20000000000000n,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0xfffffffffffffff8n,
  0xffffffffffffffffn,
];

type Change = (bytes: Buffer, random: Random, corpus: readonly Uint8Array[]) => Buffer;

/** Changes of one place. Each may be handed no bytes at all. */
const CHANGES: readonly Change[] = [
  function flipBit(bytes, random) {
    if (bytes.length > 0) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    return bytes;
  },
  function setByte(bytes, random) {
    if (bytes.length > 0) bytes[random.below(bytes.length)] = anyByte(random);
    return bytes;
  },
  function insertBytes(bytes, random) {
    const added = Buffer.alloc(1 + random.below(8));
    for (let i = 0; i < added.length; i++) added[i] = anyByte(random);
    const at = random.below(bytes.length + 1);
    return replaced(bytes, at, at, added);
  },
  function deleteBytes(bytes, random) {
    const [start, end] = anyRange(bytes, random);
    return replaced(bytes, start, end, Buffer.alloc(0));
  },
  function cutOff(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length + 1));
  },
  function copyElsewhere(bytes, random) {
    const [start, end] = anyRange(bytes, random);
    const at = random.below(bytes.length + 1);
    return replaced(bytes, at, at, Buffer.from(bytes.subarray(start, end)));
  },
  function repeat(bytes, random) {
    const [start, end] = anyRange(bytes, random);
    const piece = bytes.subarray(start, Math.min(end, start + 64));
    const times = random.chance(0.1) ? random.below(200) : random.below(8);
    return replaced(bytes, start, start, Buffer.concat(Array(times).fill(piece)));
  },
  function splice(bytes, random, corpus) {
    const other = random.pick(corpus);
    const [start, end] = anyRange(other, random);
    const [from, to] = anyRange(bytes, random);
    return replaced(bytes, from, random.chance(0.5) ? to : from, other.subarray(start, end));
  },
  function extremeText(bytes, random) {
    const [start, end] = numberNear(bytes, random.below(bytes.length + 1));
    return replaced(bytes, start, end, random.pick(EXTREME_NUMBERS));
  },
  function extremeBinary(bytes, random) {
    const width = random.pick([1, 2, 4, 8]);
    if (bytes.length < width) return bytes;
    let at = random.below(bytes.length - width + 1);
    // Fields of binary formats lie at multiples of their width, nearly always.
    if (random.chance(0.8)) at -= at % width;
    const value = Buffer.alloc(8);
    value.writeBigUInt64LE(random.pick(EXTREME_U64));
    if (random.chance(0.2)) value.reverse();
    bytes.set(value.subarray(0, width), at);
    return bytes;
  },
  function swapLines(bytes, random) {
    const lines = bytes.toString("latin1").split("\n");
    const [a, b] = [random.below(lines.length), random.below(lines.length)];
    [lines[a], lines[b]] = [lines[b]!, lines[a]!];
    return Buffer.from(lines.join("\n"), "latin1");
  },
];

/**
 * One of the corpus, with one to eight changes.
 *
 * @param corpus real contents, of one format each; it stays as it is
 * @param maxBytes what the result is cut off at
 */
export function mutated(random: Random, corpus: readonly Uint8Array[], maxBytes = 65_536): Buffer {
  let bytes: Buffer = Buffer.from(random.pick(corpus));
  for (let changes = 1 + random.below(8); changes > 0; changes--) {
    bytes = random.pick(CHANGES)(bytes, random, corpus);
  }
  return bytes.subarray(0, maxBytes);
}

function anyByte(random: Random): number {
  return random.chance(0.5) ? random.pick(SPECIAL_BYTES) : random.below(256);
}

/** Short ranges mostly: a long one leaves little that still looks like the format. */
function anyRange(bytes: Uint8Array, random: Random): [start: number, end: number] {
  const start = random.below(bytes.length + 1);
  const longest = random.chance(0.8) ? 16 : bytes.length;
  return [start, Math.min(bytes.length, start + random.below(longest + 1))];
}

/** The digits at a place or behind it. */
function numberNear(bytes: Uint8Array, place: number): [start: number, end: number] {
  const isDigit = (at: number) => bytes[at]! >= 0x30 && bytes[at]! <= 0x39;
  let start = place;
  while (start < bytes.length && !isDigit(start)) start++;
  while (start > 0 && isDigit(start - 1)) start--;
  let end = start;
  while (end < bytes.length && isDigit(end)) end++;
  return [start, end];
}

function replaced(bytes: Buffer, start: number, end: number, by: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, start), by, bytes.subarray(end)]);
}

/**
 * One to eight changes that leave the length as it is, for formats that are full of offsets.
 *
 * @param starts the places where 8 bytes may be changed
 */
export function changedPlaces(
  random: Random,
  bytes: Buffer,
  starts: ArrayLike<number>,
): { at: number; changed: Buffer }[] {
  return Array.from({ length: 1 + random.below(8) }, () => {
    const at = random.pick(starts);
    const changed = Buffer.from(bytes.subarray(at, at + 8));
    const kind = random.below(4);
    if (kind === 0) changed[random.below(8)]! ^= 1 << random.below(8);
    else if (kind === 1) changed[random.below(8)] = anyByte(random);
    else if (kind === 2) changed.writeBigUInt64LE(random.pick(EXTREME_U64));
    // An offset, into the middle of something or onto another thing's start.
    else
      changed.writeBigUInt64LE(
        BigInt(random.chance(0.5) ? random.pick(starts) : random.below(bytes.length)),
      );
    return { at, changed };
  });
}

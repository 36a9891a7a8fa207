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

const NOTHING = Buffer.alloc(0);
const NEWLINE = 0x0a;

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

/** What a case is cut off at while it is changed. */
const MOST_BYTES = 128 * 1024;

/** The bytes of one case, changed in place: in one buffer for all cases, since millions are made. */
class Draft {
  readonly bytes = Buffer.allocUnsafe(MOST_BYTES);
  length = 0;

  begin(bytes: Uint8Array): void {
    this.length = 0;
    this.replace(0, 0, bytes);
  }

  /** @param by must not lie in this draft */
  replace(start: number, end: number, by: Uint8Array): void {
    const { bytes, length } = this;
    const added = by.length > MOST_BYTES - start ? by.subarray(0, MOST_BYTES - start) : by;
    bytes.copyWithin(start + added.length, end, length);
    bytes.set(added, start);
    this.length = Math.min(MOST_BYTES, start + added.length + length - end);
  }

  copy(start: number, end: number): Buffer {
    return Buffer.from(this.bytes.subarray(start, end));
  }

  place(random: Random): number {
    return random.below(this.length + 1);
  }
}

const shared = new Draft();
const small = Buffer.alloc(8);

type Change = (draft: Draft, random: Random, corpus: readonly Uint8Array[]) => void;

/** Changes of one place. Each may be handed no bytes at all. */
const CHANGES: readonly Change[] = [
  function flipBit({ bytes, length }, random) {
    if (length > 0) bytes[random.below(length)]! ^= 1 << random.below(8);
  },
  function setByte({ bytes, length }, random) {
    if (length > 0) bytes[random.below(length)] = anyByte(random);
  },
  function insertBytes(draft, random) {
    const count = 1 + random.below(8);
    for (let i = 0; i < count; i++) small[i] = anyByte(random);
    const at = draft.place(random);
    draft.replace(at, at, small.subarray(0, count));
  },
  function deleteBytes(draft, random) {
    const [start, end] = anyRange(draft.length, random);
    draft.replace(start, end, NOTHING);
  },
  function cutOff(draft, random) {
    draft.length = draft.place(random);
  },
  function copyElsewhere(draft, random) {
    const [start, end] = anyRange(draft.length, random);
    const at = draft.place(random);
    draft.replace(at, at, draft.copy(start, end));
  },
  function repeat(draft, random) {
    const [start, end] = anyRange(draft.length, random);
    const piece = draft.copy(start, Math.min(end, start + 64));
    const times = random.chance(0.1) ? random.below(200) : random.below(8);
    const pieces = piece.length === 0 ? NOTHING : Buffer.alloc(piece.length * times, piece);
    draft.replace(start, start, pieces);
  },
  function splice(draft, random, corpus) {
    const other = random.pick(corpus);
    const [start, end] = anyRange(other.length, random);
    const [from, to] = anyRange(draft.length, random);
    draft.replace(from, random.chance(0.5) ? to : from, other.subarray(start, end));
  },
  function extremeText(draft, random) {
    const [start, end] = numberNear(draft, draft.place(random));
    draft.replace(start, end, random.pick(EXTREME_NUMBERS));
  },
  function extremeBinary({ bytes, length }, random) {
    const width = random.pick([1, 2, 4, 8]);
    if (length < width) return;
    let at = random.below(length - width + 1);
    // Fields of binary formats lie at multiples of their width, nearly always.
    if (random.chance(0.8)) at -= at % width;
    small.writeBigUInt64LE(random.pick(EXTREME_U64));
    if (random.chance(0.2)) small.reverse();
    bytes.set(small.subarray(0, width), at);
  },
  function swapLines(draft, random) {
    const [a, b] = [lineAt(draft, draft.place(random)), lineAt(draft, draft.place(random))];
    const [first, second] = a.start < b.start ? [a, b] : [b, a];
    if (first.start === second.start) return;
    const between = draft.copy(first.end, second.start);
    const [one, other] = [draft.copy(first.start, first.end), draft.copy(second.start, second.end)];
    draft.replace(first.start, second.end, Buffer.concat([other, between, one]));
  },
];

/**
 * One of the corpus, with one to eight changes.
 *
 * @param corpus real contents, of one format each; it stays as it is
 * @param maxBytes what the result is cut off at
 */
export function mutated(random: Random, corpus: readonly Uint8Array[], maxBytes = 65_536): Buffer {
  shared.begin(random.pick(corpus));
  for (let changes = 1 + random.below(8); changes > 0; changes--) {
    random.pick(CHANGES)(shared, random, corpus);
  }
  return shared.copy(0, Math.min(maxBytes, shared.length));
}

function anyByte(random: Random): number {
  return random.chance(0.5) ? random.pick(SPECIAL_BYTES) : random.below(256);
}

/** Short ranges mostly: a long one leaves little that still looks like the format. */
function anyRange(length: number, random: Random): [start: number, end: number] {
  const start = random.below(length + 1);
  const longest = random.chance(0.8) ? 16 : length;
  return [start, Math.min(length, start + random.below(longest + 1))];
}

/** The digits at a place or behind it. */
function numberNear({ bytes, length }: Draft, place: number): [start: number, end: number] {
  const isDigit = (at: number) => bytes[at]! >= 0x30 && bytes[at]! <= 0x39;
  let start = place;
  while (start < length && !isDigit(start)) start++;
  while (start > 0 && isDigit(start - 1)) start--;
  let end = start;
  while (end < length && isDigit(end)) end++;
  return [start, end];
}

/** The line that a place is in, without its end. */
function lineAt({ bytes, length }: Draft, place: number): { start: number; end: number } {
  // What lies behind the draft's length is of other cases, and longer than it.
  const newline = bytes.subarray(place, length).indexOf(NEWLINE);
  const start = place === 0 ? 0 : bytes.lastIndexOf(NEWLINE, place - 1) + 1;
  return { start, end: newline < 0 ? length : place + newline };
}

/**
 * One to eight changes that leave the length as it is, for formats that are full of offsets.
 *
 * @param starts the places where 8 bytes may be changed
 * @param targets where offsets lead to that are put there
 */
export function changedPlaces(
  random: Random,
  bytes: Buffer,
  starts: ArrayLike<number>,
  targets = starts,
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
        BigInt(random.chance(0.5) ? random.pick(targets) : random.below(bytes.length)),
      );
    return { at, changed };
  });
}

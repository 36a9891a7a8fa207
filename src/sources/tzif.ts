/**
 * A time zone's history and rule, in the format of `/etc/localtime` and the files of `/usr/share/zoneinfo`: RFC 8536.
 */
import { parsePosixZone, type TimeZone } from "./posix_zone.ts";

const MAGIC = 0x545a6966;
const HEADER_BYTES = 44;

/** One of the two blocks of a file: its counts and its offset. */
interface Block {
  at: number;
  /** Bytes of a time: 4 in the first block, 8 in the second. */
  timeBytes: number;
  times: number;
  types: number;
  nameBytes: number;
  end: number;
}

/** Undefined when the bytes are no such file, or a damaged one. */
export function parseTzif(bytes: Buffer): TimeZone | undefined {
  const first = readBlock(bytes, 0, 4);
  if (first === undefined) return undefined;
  const isOldVersion = bytes[4] === 0;
  if (isOldVersion) return zoneOf(bytes, first, undefined);
  // From version 2 on, the first block is for older readers and may be empty.
  const second = readBlock(bytes, first.end, 8);
  if (second === undefined) return undefined;
  const footer = /^\n([^\n]*)\n/.exec(bytes.toString("latin1", second.end, second.end + 256));
  return zoneOf(bytes, second, footer === null ? undefined : parsePosixZone(footer[1]!));
}

function readBlock(bytes: Buffer, at: number, timeBytes: number): Block | undefined {
  if (bytes.length < at + HEADER_BYTES || bytes.readUInt32BE(at) !== MAGIC) return undefined;
  const count = (index: number) => bytes.readUInt32BE(at + 20 + index * 4);
  const [isUt, isStandard, leaps, times] = [count(0), count(1), count(2), count(3)];
  const [types, nameBytes] = [count(4), count(5)];
  const start = at + HEADER_BYTES;
  const end =
    start +
    times * (timeBytes + 1) +
    types * 6 +
    nameBytes +
    leaps * (timeBytes + 4) +
    isStandard +
    isUt;
  if (end > bytes.length) return undefined;
  return { at: start, timeBytes, times, types, nameBytes, end };
}

/** @param after the rule for times after the last change */
function zoneOf(bytes: Buffer, block: Block, after: TimeZone | undefined): TimeZone | undefined {
  const { at, timeBytes, times, types, nameBytes } = block;
  if (types === 0) return after;
  const indicesAt = at + times * timeBytes;
  const typesAt = indicesAt + times;
  const namesAt = typesAt + types * 6;
  const typeAt = (type: number) => typesAt + Math.min(type, types - 1) * 6;
  const timeAt = (index: number) =>
    timeBytes === 4
      ? bytes.readInt32BE(at + index * 4)
      : Number(bytes.readBigInt64BE(at + index * 8));

  const offsetAt = (utcSeconds: number) => {
    let low = 0;
    let high = times;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (timeAt(middle) <= utcSeconds) low = middle + 1;
      else high = middle;
    }
    if (low === times && after !== undefined) return after.offsetAt(utcSeconds);
    return bytes.readInt32BE(typeAt(low === 0 ? 0 : bytes[indicesAt + low - 1]!));
  };
  const offsetOf = (abbreviation: string) => {
    const known = after?.offsetOf(abbreviation);
    if (known !== undefined) return known;
    // Later types are newer, and an abbreviation may have had another meaning before.
    for (let type = types - 1; type >= 0; type--) {
      const nameAt = namesAt + bytes[typeAt(type) + 5]!;
      const end = bytes.indexOf(0, nameAt);
      if (end < 0 || end > namesAt + nameBytes) continue;
      if (bytes.toString("latin1", nameAt, end) === abbreviation) {
        return bytes.readInt32BE(typeAt(type));
      }
    }
    return undefined;
  };
  return { offsetAt, offsetOf };
}

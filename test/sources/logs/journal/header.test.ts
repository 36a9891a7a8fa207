import { describe, expect, test } from "bun:test";
import { JournalFormatError, parseHeader } from "../../../../src/sources/logs/journal/header.ts";
import { HEADER } from "../../../../src/sources/logs/journal/objects.ts";
import { CAPTURES, filesOf, journalBytes } from "./fixtures.ts";

/** A header with a hash table of 4 buckets right behind it, and an arena of 1,000 bytes. */
function header(): Buffer {
  const bytes = Buffer.alloc(HEADER.size);
  bytes.write("LPKSHHRH");
  const set = (at: number, value: number) => bytes.writeBigUInt64LE(BigInt(value), at);
  set(HEADER.headerSize, HEADER.size);
  set(HEADER.arenaSize, 1000);
  set(HEADER.dataHashTableOffset, HEADER.size);
  set(HEADER.dataHashTableSize, 4 * 16);
  set(HEADER.tailObjectOffset, 900);
  set(HEADER.nEntries, 7);
  set(HEADER.tailEntrySeqnum, 70);
  set(HEADER.tailEntryRealtime, 1_700_000_000_000_000);
  set(HEADER.nData, 9);
  bytes.fill(0xab, HEADER.fileId, HEADER.fileId + 16);
  return bytes;
}

function with64(at: number, value: bigint): Buffer {
  const bytes = header();
  bytes.writeBigUInt64LE(value, at);
  return bytes;
}

describe("parseHeader", () => {
  test("reads what is there", () => {
    expect(parseHeader(header())).toMatchObject({
      keyedHash: false,
      compact: false,
      archived: false,
      fileId: "ab".repeat(16),
      endOffset: HEADER.size + 1000,
      tailOffset: 900,
      hashTableBuckets: 4,
      entryCount: 7,
      dataCount: 9,
      tailSeqnum: 70,
    });
  });

  test("knows the flags, and refuses one that it does not", () => {
    const flags = (bits: number) => {
      const bytes = header();
      bytes.writeUInt32LE(bits, HEADER.incompatibleFlags);
      return parseHeader(bytes);
    };
    expect(flags(0b11111)).toMatchObject({ keyedHash: true, compact: true });
    expect(flags(1 << 2)).toMatchObject({ keyedHash: true, compact: false });
    expect(() => flags(1 << 5)).toThrow("unknown incompatible flags 0x20");
  });

  test("of the first versions is shorter, and counts no data", () => {
    const bytes = with64(HEADER.headerSize, BigInt(HEADER.oldestSize));
    bytes.writeBigUInt64LE(BigInt(HEADER.oldestSize), HEADER.dataHashTableOffset);
    expect(parseHeader(bytes.subarray(0, HEADER.oldestSize)).dataCount).toBe(0);
    expect(parseHeader(bytes).dataCount).toBe(0);
  });

  test("a tail behind the end is at the end", () => {
    expect(parseHeader(with64(HEADER.tailObjectOffset, 99_999n)).tailOffset).toBe(
      HEADER.size + 1000,
    );
  });

  test.each([
    ["no journal", Buffer.from("x".repeat(300))],
    ["a header that is cut off", header().subarray(0, HEADER.oldestSize - 1)],
    ["a header that is too short", with64(HEADER.headerSize, 200n)],
    ["a header of an odd length", with64(HEADER.headerSize, 273n)],
    ["no hash table", with64(HEADER.dataHashTableSize, 15n)],
    ["a hash table behind the end", with64(HEADER.dataHashTableSize, 1001n * 16n)],
    ["a number that makes no sense", with64(HEADER.tailEntrySeqnum, 2n ** 60n)],
    ["a time that makes no sense", with64(HEADER.tailEntryRealtime, 2n ** 60n)],
  ])("%s is refused", (_, bytes) => {
    expect(() => parseHeader(bytes)).toThrow(JournalFormatError);
  });
});

test.each(CAPTURES)("%s has headers that are understood", (capture) => {
  for (const name of filesOf(capture)) {
    const bytes = journalBytes(capture, name);
    const { entryCount, endOffset, tailOffset } = parseHeader(bytes.subarray(0, HEADER.size));
    expect(entryCount).toBeGreaterThan(0);
    expect(endOffset).toBeLessThanOrEqual(bytes.length);
    expect(tailOffset).toBeLessThan(endOffset);
  }
});

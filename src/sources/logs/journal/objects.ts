/**
 * The offsets of fields in a journal file, with the names of the format's documentation. All numbers are little endian
 * and u64 unless noted otherwise. https://systemd.io/JOURNAL_FILE_FORMAT/
 */

/** The header. It is 272 bytes since systemd 254, and was 208 in the first version. */
export const HEADER = {
  signature: 0,
  incompatibleFlags: 12, // u32
  state: 16, // u8
  fileId: 24, // 16 bytes
  seqnumId: 72, // 16 bytes
  headerSize: 88,
  arenaSize: 96,
  dataHashTableOffset: 104,
  dataHashTableSize: 112,
  tailObjectOffset: 136,
  nEntries: 152,
  tailEntrySeqnum: 160,
  entryArrayOffset: 176,
  tailEntryRealtime: 192,
  oldestSize: 208,
  nData: 208,
  size: 272,
} as const;

/** The head of every object. */
export const OBJECT = { type: 0, flags: 1, size: 8, headSize: 16 } as const;

/** Types of objects. */
export const DATA = 1;
export const ENTRY = 3;
export const ENTRY_ARRAY = 6;

/** Flags of DATA objects: how the payload is compressed. */
export const COMPRESSED_XZ = 1;
export const COMPRESSED_LZ4 = 2;
export const COMPRESSED_ZSTD = 4;

/** One item of a hash table. */
export const HASH_ITEM = { headHashOffset: 0, size: 16 } as const;

/** `FIELD=value`: one object for each value, with the list of entries that have it. */
export const DATA_OBJECT = {
  hash: 16,
  nextHashOffset: 24,
  entryOffset: 40,
  entryArrayOffset: 48,
  nEntries: 56,
  payload: 64,
  /** The payload in compact files, which have two more numbers before it. */
  compactPayload: 72,
} as const;

/** One entry: its time, and the offsets of its DATA objects. */
export const ENTRY_OBJECT = {
  seqnum: 16,
  realtime: 24,
  monotonic: 32,
  bootId: 40, // 16 bytes
  xorHash: 56,
  items: 64,
  /** Offset and hash. */
  itemSize: 16,
  /** In compact files: only the offset, u32. */
  compactItemSize: 4,
} as const;

/** A part of a list of entries. */
export const ENTRY_ARRAY_OBJECT = {
  nextEntryArrayOffset: 16,
  items: 24,
  itemSize: 8,
  /** In compact files, u32. */
  compactItemSize: 4,
} as const;

/** A u64 as a number: exact below 2^53, which is more than any size, offset or time here can be. */
export function readU64(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) * 0x1_0000_0000 + bytes.readUInt32LE(at);
}

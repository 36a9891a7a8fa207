/**
 * The header of a journal file. https://systemd.io/JOURNAL_FILE_FORMAT/#header
 *
 * It is 272 bytes since systemd 254 and was 208 in the first version; nothing read here lies behind
 * the 208 but n_data, which says only when looking again may pay.
 */

/** As much of a header as is read. */
export const HEADER_BYTES = 272;

const SIGNATURE = "LPKSHHRH";
const OLDEST_HEADER_BYTES = 208;
/** The smallest header that has n_data. */
const N_DATA_END = 216;

const KEYED_HASH = 1 << 2;
const COMPACT = 1 << 4;
/** XZ, LZ4, KEYED_HASH, ZSTD and COMPACT: a file with any other bit means something unknown to us. */
const KNOWN_INCOMPATIBLE = 0b11111;

const STATE_ARCHIVED = 2;

export interface JournalHeader {
  keyedHash: boolean;
  /** 32-bit offsets in entries and entry arrays. */
  compact: boolean;
  /** Nobody will write to it any more. */
  archived: boolean;
  /** 32 hex digits; stays the same when the file is renamed. */
  fileId: string;
  /** 32 hex digits; files with the same one number their entries from one counter. */
  seqnumId: string;
  headerBytes: number;
  /** Header and arena: no object reaches behind it. */
  endOffset: number;
  hashTableOffset: number;
  hashTableBuckets: number;
  entryCount: number;
  /** How many DATA objects there are; 0 in files of the first versions, which don't count them. */
  dataCount: number;
  entryArrayOffset: number;
  tailSeqnum: number;
  /** Microseconds since the epoch; 0 while there is no entry. */
  tailRealtimeUs: number;
}

/** There are journal files, but of another time: journald keeps none now, or keeps them elsewhere. */
export class LeftOverJournalError extends Error {
  readonly code = "ENOENT";

  constructor() {
    super("nobody has written to the journal since the boot");
  }
}

/** Why a file can't be read. */
export class JournalFormatError extends Error {}

/**
 * @throws JournalFormatError when it is no journal file, or one of a kind that we can't read
 */
export function parseHeader(bytes: Buffer): JournalHeader {
  if (bytes.length < OLDEST_HEADER_BYTES || bytes.toString("latin1", 0, 8) !== SIGNATURE) {
    throw new JournalFormatError("not a journal file");
  }
  const flags = bytes.readUInt32LE(12);
  if ((flags & ~KNOWN_INCOMPATIBLE) !== 0) {
    throw new JournalFormatError(`unknown incompatible flags 0x${flags.toString(16)}`);
  }
  const headerBytes = readU64(bytes, 88);
  const hashTableOffset = readU64(bytes, 104);
  const hashTableBuckets = Math.floor(readU64(bytes, 112) / 16);
  if (!(headerBytes >= OLDEST_HEADER_BYTES && headerBytes % 8 === 0)) {
    throw new JournalFormatError(`header of ${headerBytes} bytes`);
  }
  const endOffset = headerBytes + readU64(bytes, 96);
  if (!(hashTableBuckets > 0 && hashTableOffset + hashTableBuckets * 16 <= endOffset)) {
    throw new JournalFormatError("no hash table");
  }
  return {
    keyedHash: (flags & KEYED_HASH) !== 0,
    compact: (flags & COMPACT) !== 0,
    archived: bytes[16] === STATE_ARCHIVED,
    fileId: bytes.toString("hex", 24, 40),
    seqnumId: bytes.toString("hex", 72, 88),
    headerBytes,
    endOffset,
    hashTableOffset,
    hashTableBuckets,
    entryCount: readU64(bytes, 152),
    dataCount: headerBytes >= N_DATA_END && bytes.length >= N_DATA_END ? readU64(bytes, 208) : 0,
    entryArrayOffset: readU64(bytes, 176),
    tailSeqnum: readU64(bytes, 160),
    tailRealtimeUs: readU64(bytes, 192),
  };
}

/** A u64 as a number: exact below 2^53, which is more than any size, offset or time here can be. */
export function readU64(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) * 0x1_0000_0000 + bytes.readUInt32LE(at);
}

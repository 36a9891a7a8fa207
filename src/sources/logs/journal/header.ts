/**
 * The header of a journal file. https://systemd.io/JOURNAL_FILE_FORMAT/#header
 *
 * Only n_data is beyond the 208 bytes of the first version; it only shows when another search may succeed.
 */
import { HASH_ITEM, HEADER, readU64 } from "./objects.ts";

const SIGNATURE = "LPKSHHRH";

const KEYED_HASH = 1 << 2;
const COMPACT = 1 << 4;
/** XZ, LZ4, KEYED_HASH, ZSTD and COMPACT: a file with any other bit has an unknown format. */
const KNOWN_INCOMPATIBLE = 0b11111;

const STATE_ARCHIVED = 2;

export interface JournalHeader {
  keyedHash: boolean;
  /** 32-bit offsets in entries and entry arrays. */
  compact: boolean;
  /** Whether journald has finished the file. */
  archived: boolean;
  /** 32 hex digits; stays the same when the file is renamed. */
  fileId: string;
  /** 32 hex digits; files with the same one number their entries from one counter. */
  seqnumId: string;
  headerBytes: number;
  /** The end of header and arena: no object extends beyond it. */
  endOffset: number;
  /** The offset of the last object; after it there is only reserved space. */
  tailOffset: number;
  hashTableOffset: number;
  hashTableBuckets: number;
  entryCount: number;
  /** The number of DATA objects; 0 in files of the first versions, which don't have the count. */
  dataCount: number;
  entryArrayOffset: number;
  tailSeqnum: number;
  /** Microseconds since the epoch; 0 while there is no entry. */
  tailRealtimeUs: number;
}

/** The journal files are from earlier boots: journald now writes none, or writes elsewhere. */
export class LeftOverJournalError extends Error {
  readonly code = "ENOENT";

  constructor() {
    super("nobody has written to the journal since the boot");
  }
}

/** There is a journal, but programs log to another daemon. */
export class UnfedJournalError extends Error {
  readonly code = "ENOENT";

  constructor() {
    super("another daemon than journald listens on /dev/log");
  }
}

/** Why a file can't be read. */
export class JournalFormatError extends Error {}

/** @throws JournalFormatError when it is no journal file, or has an unsupported format */
export function parseHeader(bytes: Buffer): JournalHeader {
  if (bytes.length < HEADER.oldestSize || bytes.toString("latin1", 0, 8) !== SIGNATURE) {
    throw new JournalFormatError("not a journal file");
  }
  const flags = bytes.readUInt32LE(HEADER.incompatibleFlags);
  if ((flags & ~KNOWN_INCOMPATIBLE) !== 0) {
    throw new JournalFormatError(`unknown incompatible flags 0x${flags.toString(16)}`);
  }
  const headerBytes = readU64(bytes, HEADER.headerSize);
  const hashTableOffset = readU64(bytes, HEADER.dataHashTableOffset);
  const hashTableBuckets = Math.floor(readU64(bytes, HEADER.dataHashTableSize) / HASH_ITEM.size);
  if (!(headerBytes >= HEADER.oldestSize && headerBytes % 8 === 0)) {
    throw new JournalFormatError(`invalid header size ${headerBytes}`);
  }
  const endOffset = headerBytes + readU64(bytes, HEADER.arenaSize);
  if (!(hashTableBuckets > 0 && hashTableOffset + hashTableBuckets * HASH_ITEM.size <= endOffset)) {
    throw new JournalFormatError("missing hash table");
  }
  const tailSeqnum = readU64(bytes, HEADER.tailEntrySeqnum);
  const tailRealtimeUs = readU64(bytes, HEADER.tailEntryRealtime);
  // The position in all files, also after a restart, depends on these two.
  if (!Number.isSafeInteger(tailSeqnum) || !Number.isSafeInteger(tailRealtimeUs)) {
    throw new JournalFormatError("last entry's number or time makes no sense");
  }
  return {
    keyedHash: (flags & KEYED_HASH) !== 0,
    compact: (flags & COMPACT) !== 0,
    archived: bytes[HEADER.state] === STATE_ARCHIVED,
    fileId: bytes.toString("hex", HEADER.fileId, HEADER.fileId + 16),
    seqnumId: bytes.toString("hex", HEADER.seqnumId, HEADER.seqnumId + 16),
    headerBytes,
    endOffset,
    tailOffset: Math.min(endOffset, readU64(bytes, HEADER.tailObjectOffset)),
    hashTableOffset,
    hashTableBuckets,
    entryCount: readU64(bytes, HEADER.nEntries),
    dataCount:
      Math.min(headerBytes, bytes.length) >= HEADER.nData + 8 ? readU64(bytes, HEADER.nData) : 0,
    entryArrayOffset: readU64(bytes, HEADER.entryArrayOffset),
    tailSeqnum,
    tailRealtimeUs,
  };
}

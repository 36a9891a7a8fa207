/**
 * The header of a journal file. https://systemd.io/JOURNAL_FILE_FORMAT/#header
 *
 * Nothing read here lies behind the 208 bytes of the first version but n_data, which says only when
 * looking again may pay.
 */
import { HASH_ITEM, HEADER, readU64 } from "./objects.ts";

const SIGNATURE = "LPKSHHRH";

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
  /** Where the last object begins: what lies behind it is reserved space. */
  tailOffset: number;
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

/** There is a journal, but what programs log goes to another daemon. */
export class UnfedJournalError extends Error {
  readonly code = "ENOENT";

  constructor() {
    super("another daemon than journald listens on /dev/log");
  }
}

/** Why a file can't be read. */
export class JournalFormatError extends Error {}

/**
 * @throws JournalFormatError when it is no journal file, or one of a kind that we can't read
 */
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
  // By these it is told what was read, in other files and after a restart, too.
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

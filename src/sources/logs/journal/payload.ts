/** The payload of DATA objects, `FIELD=value`: unpacked, and checked against the hash beside it. */
import type { JournalFile } from "./file.ts";
import { jenkins, newHash, siphash24 } from "./hash.ts";
import {
  COMPRESSED_LZ4,
  COMPRESSED_XZ,
  COMPRESSED_ZSTD,
  DATA,
  DATA_OBJECT,
  OBJECT,
  readU64,
} from "./objects.ts";
import { unpackLz4Block } from "./lz4_block.ts";
import { MAX_OBJECT_BYTES } from "./pages.ts";
import { unpackedSize } from "./zstd_frame.ts";

/** Bytes read of a payload that is too large: enough for the field's name. */
const NAME_BYTES = 64;

export function dataHeadBytes(file: JournalFile): number {
  return file.header.compact ? DATA_OBJECT.compactPayload : DATA_OBJECT.payload;
}

export class PayloadReader {
  /** The payload read last is bytes[start..end); valid until anything else is read. */
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  /** Jenkins' hash of that payload; entries of every file refer to it. */
  readonly jenkins = newHash();

  /** True when only the beginning of the payload was read, because it is too large. */
  isCut = false;
  /** The number of bytes hashed by this reader. */
  hashedBytes = 0;

  private readonly siphash = newHash();
  private hashLow = 0;
  private hashHigh = 0;

  /**
   * @param report called with a sentence for each field in a compression that can't be unpacked
   */
  constructor(private readonly report: (message: string) => void) {}

  /**
   * Makes the payload available, unpacked but unchecked.
   *
   * @returns false when there is no DATA object, or it can't be unpacked
   */
  open(file: JournalFile, offset: number): boolean {
    const head = dataHeadBytes(file);
    const size = file.loadHead(offset, DATA, head);
    if (size === 0) return false;
    this.isCut = size > MAX_OBJECT_BYTES;
    const length = this.isCut ? head + NAME_BYTES : size;
    if (!file.pages.load(file.fd, offset, length)) return false;
    const { bytes, at } = file.pages;
    this.hashLow = bytes.readUInt32LE(at + DATA_OBJECT.hash);
    this.hashHigh = bytes.readUInt32LE(at + DATA_OBJECT.hash + 4);
    const packing = bytes[at + OBJECT.flags]! & (COMPRESSED_XZ | COMPRESSED_LZ4 | COMPRESSED_ZSTD);
    this.bytes = bytes;
    this.start = at + head;
    this.end = at + length;
    return packing === 0 || (!this.isCut && this.unpack(packing));
  }

  /**
   * Computes the payload's hashes.
   *
   * @returns false when it is damaged: it does not match its stored hash
   */
  check(file: JournalFile): boolean {
    if (this.isCut) return false;
    this.hashedBytes += this.end - this.start;
    jenkins(this.bytes, this.start, this.end, this.jenkins);
    const { jenkins: plain, siphash, hashLow, hashHigh } = this;
    if (file.key === undefined) return plain[0] === hashLow && plain[1] === hashHigh;
    siphash24(file.key, this.bytes, this.start, this.end, siphash);
    return siphash[0] === hashLow && siphash[1] === hashHigh;
  }

  private unpack(packing: number): boolean {
    let unpacked: Buffer | undefined;
    if (packing === COMPRESSED_ZSTD) unpacked = this.unpackZstd();
    else if (packing === COMPRESSED_LZ4) unpacked = this.unpackLz4();
    else this.report("a field compressed with xz can't be read");
    if (unpacked === undefined) return false;
    this.bytes = unpacked;
    this.start = 0;
    this.end = unpacked.length;
    return true;
  }

  private unpackZstd(): Buffer | undefined {
    const frame = this.bytes.subarray(this.start, this.end);
    const size = unpackedSize(frame);
    if (size === undefined || size > MAX_OBJECT_BYTES) return undefined;
    try {
      return Bun.zstdDecompressSync(frame);
    } catch {
      return undefined;
    }
  }

  /** Unpacks a block after its unpacked size in 8 bytes. */
  private unpackLz4(): Buffer | undefined {
    if (this.end - this.start <= 8) return undefined;
    const size = readU64(this.bytes, this.start);
    if (size > MAX_OBJECT_BYTES) return undefined;
    return unpackLz4Block(this.bytes, this.start + 8, this.end, size);
  }
}

/** The payload of DATA objects, `FIELD=value`: unpacked, and checked against the hash beside it. */
import { zstdDecompressSync } from "node:zlib";
import { DATA, type JournalFile } from "./file.ts";
import { jenkins, newHash, siphash24 } from "./hash.ts";
import { readU64 } from "./header.ts";
import { unpackLz4Block } from "./lz4_block.ts";
import { MAX_OBJECT_BYTES } from "./pages.ts";

/** Object flags. */
const XZ = 1;
const LZ4 = 2;
const ZSTD = 4;

/** Where the payload begins: compact files have two more numbers before it. */
const REGULAR_HEAD_BYTES = 64;
const COMPACT_HEAD_BYTES = 72;

export function dataHeadBytes(file: JournalFile): number {
  return file.header.compact ? COMPACT_HEAD_BYTES : REGULAR_HEAD_BYTES;
}

export class PayloadReader {
  /** The payload read last is bytes[start..end); valid until anything else is read. */
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  /** Jenkins' hash of that payload; entries of every file refer to it. */
  readonly jenkins = newHash();

  private readonly siphash = newHash();

  /**
   * @param report called with a sentence for each field in a compression that can't be unpacked
   */
  constructor(private readonly report: (message: string) => void) {}

  /**
   * @returns false when there is no DATA object, or it is damaged, huge or can't be unpacked
   */
  read(file: JournalFile, offset: number): boolean {
    const head = dataHeadBytes(file);
    const size = file.load(offset, DATA, head);
    if (size === 0) return false;
    const { bytes, at } = file.pages;
    const low = bytes.readUInt32LE(at + 16);
    const high = bytes.readUInt32LE(at + 20);
    const packing = bytes[at + 1]! & (XZ | LZ4 | ZSTD);
    this.bytes = bytes;
    this.start = at + head;
    this.end = at + size;
    if (packing !== 0 && !this.unpack(packing)) return false;

    jenkins(this.bytes, this.start, this.end, this.jenkins);
    if (file.key === undefined) return this.jenkins[0] === low && this.jenkins[1] === high;
    siphash24(file.key, this.bytes, this.start, this.end, this.siphash);
    return this.siphash[0] === low && this.siphash[1] === high;
  }

  private unpack(packing: number): boolean {
    let unpacked: Buffer | undefined;
    if (packing === ZSTD) unpacked = this.unpackZstd();
    else if (packing === LZ4) unpacked = this.unpackLz4();
    else this.report("a field compressed with xz can't be read");
    if (unpacked === undefined) return false;
    this.bytes = unpacked;
    this.start = 0;
    this.end = unpacked.length;
    return true;
  }

  private unpackZstd(): Buffer | undefined {
    try {
      // Bun.zstdDecompressSync is faster but has no limit to what a damaged frame may ask for.
      return zstdDecompressSync(this.bytes.subarray(this.start, this.end), {
        maxOutputLength: MAX_OBJECT_BYTES,
      });
    } catch {
      return undefined;
    }
  }

  /** The unpacked size, in 8 bytes, stands before the block. */
  private unpackLz4(): Buffer | undefined {
    if (this.end - this.start <= 8) return undefined;
    const size = readU64(this.bytes, this.start);
    if (size > MAX_OBJECT_BYTES) return undefined;
    return unpackLz4Block(this.bytes, this.start + 8, this.end, size);
  }
}

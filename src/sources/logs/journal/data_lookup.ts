/** Finds the DATA object of one value, such as `_UID=0`, in the file's hash table. */
import type { JournalFile } from "./file.ts";
import { jenkins, newHash, siphash24 } from "./hash.ts";
import { DATA, DATA_OBJECT, HASH_ITEM, readU64 } from "./objects.ts";
import { dataHeadBytes, type PayloadReader } from "./payload.ts";

/**
 * Most objects of one hash bucket that one search visits. Journald starts a new file when a bucket
 * holds 100; only in unkeyed files, where collisions can be made on purpose, may there be more.
 */
const MAX_STEPS = 1000;

export class DataLookup {
  /** The offset of the DATA object; 0 until some entry has that value. */
  offset = 0;

  private readonly wanted: Buffer;
  private readonly hash = newHash();
  /** The offset of the hash bucket. */
  private readonly bucket: number;
  /** The last object of the bucket visited; later ones are appended after it. */
  private searched = 0;

  /** @param text the field and its value, as in a payload: `FIELD=value` */
  constructor(
    text: string,
    private readonly file: JournalFile,
  ) {
    this.wanted = Buffer.from(text);
    if (file.key === undefined) jenkins(this.wanted, 0, this.wanted.length, this.hash);
    else siphash24(file.key, this.wanted, 0, this.wanted.length, this.hash);
    const hash = (BigInt(this.hash[1]!) << 32n) | BigInt(this.hash[0]!);
    const place = Number(hash % BigInt(file.header.hashTableBuckets));
    this.bucket = file.header.hashTableOffset + place * HASH_ITEM.size;
  }

  /**
   * Continues the search for the object where the last one ended.
   *
   * @returns whether it is there
   */
  search(payload: PayloadReader): boolean {
    const { file, hash, wanted } = this;
    for (let step = 0; this.offset === 0 && step < MAX_STEPS; step++) {
      const offset = this.nextInBucket();
      // Objects are appended to the file and to the bucket, so offsets ascend; this also stops at a loop.
      if (offset <= this.searched) break;
      if (file.loadHead(offset, DATA, dataHeadBytes(file)) === 0) break;
      this.searched = offset;
      const { bytes, at } = file.pages;
      const isSame =
        bytes.readUInt32LE(at + DATA_OBJECT.hash) === hash[0] &&
        bytes.readUInt32LE(at + DATA_OBJECT.hash + 4) === hash[1];
      if (!isSame || !this.read(payload, offset)) continue;
      if (wanted.equals(payload.bytes.subarray(payload.start, payload.end))) this.offset = offset;
    }
    return this.offset !== 0;
  }

  /** Reads a payload; tries again in case it was written after its page was read. */
  private read(payload: PayloadReader, offset: number): boolean {
    const { file } = this;
    if (payload.open(file, offset) && payload.check(file)) return true;
    file.pages.forget(file.fd);
    return payload.open(file, offset) && payload.check(file);
  }

  private nextInBucket(): number {
    const { bucket, file, searched } = this;
    if (searched === 0) {
      if (!file.pages.load(file.fd, bucket, HASH_ITEM.size)) return 0;
      return readU64(file.pages.bytes, file.pages.at);
    }
    if (file.loadHead(searched, DATA, dataHeadBytes(file)) === 0) return 0;
    return readU64(file.pages.bytes, file.pages.at + DATA_OBJECT.nextHashOffset);
  }
}

/** The entries of one file that have a field with one value, `_COMM=sshd` say. */
import { EntryList } from "./entry_list.ts";
import { DATA, type JournalFile } from "./file.ts";
import { jenkins, newHash, siphash24 } from "./hash.ts";
import { readU64 } from "./header.ts";
import { dataHeadBytes, type PayloadReader } from "./payload.ts";
import { FIELDS } from "./trust.ts";

const BUCKET_BYTES = 16;

/**
 * How many objects of one hash bucket are looked at. Journald starts a new file when a bucket holds
 * 100; only in unkeyed files, where collisions can be made on purpose, may there be more.
 */
const MAX_BUCKET_DEPTH = 10_000;

export class ValueIndex {
  readonly list: EntryList;
  /** The offset of the last entry that was handed over; everything before it is done too. */
  last = 0;

  /** The field and its value, as payloads have it. */
  readonly text: string;

  private readonly wanted: Buffer;
  private readonly hash = newHash();
  /** The offset of the hash bucket. */
  private readonly bucket: number;
  /** The offset of the DATA object; 0 until some entry has that value. */
  private object = 0;

  /**
   * @param field its place in FIELDS
   */
  constructor(
    readonly field: number,
    readonly value: string,
    private readonly file: JournalFile,
  ) {
    this.list = new EntryList(file);
    this.text = `${FIELDS[field]}=${value}`;
    this.wanted = Buffer.from(this.text);
    if (file.key === undefined) jenkins(this.wanted, 0, this.wanted.length, this.hash);
    else siphash24(file.key, this.wanted, 0, this.wanted.length, this.hash);
    const hash = (BigInt(this.hash[1]!) << 32n) | BigInt(this.hash[0]!);
    const place = Number(hash % BigInt(file.header.hashTableBuckets));
    this.bucket = file.header.hashTableOffset + place * BUCKET_BYTES;
  }

  /**
   * Looks how many entries there are now.
   *
   * @param hasNewData false when no DATA object was added since the last call
   * @returns true the first time that there are any
   */
  update(payload: PayloadReader, hasNewData: boolean): boolean {
    const isNew = this.object === 0;
    if (isNew && hasNewData) this.object = this.find(payload);
    if (this.object === 0) return false;
    const { file } = this;
    if (file.loadHead(this.object, DATA, dataHeadBytes(file)) === 0) return false;
    const { bytes, at } = file.pages;
    this.list.update(readU64(bytes, at + 40), readU64(bytes, at + 48), readU64(bytes, at + 56));
    return isNew;
  }

  /** Walks the hash bucket; 0 when no object in it has the value. */
  private find(payload: PayloadReader): number {
    const { file, hash, wanted } = this;
    if (!file.pages.load(file.fd, this.bucket, BUCKET_BYTES)) return 0;
    let offset = readU64(file.pages.bytes, file.pages.at);
    for (let depth = 0; offset !== 0 && depth < MAX_BUCKET_DEPTH; depth++) {
      if (file.loadHead(offset, DATA, dataHeadBytes(file)) === 0) return 0;
      const { bytes, at } = file.pages;
      const next = readU64(bytes, at + 24);
      const isSame =
        bytes.readUInt32LE(at + 16) === hash[0] && bytes.readUInt32LE(at + 20) === hash[1];
      if (isSame && payload.read(file, offset)) {
        const found = payload.bytes.subarray(payload.start, payload.end);
        if (wanted.equals(found)) return offset;
      }
      // Objects are added at the end of the file and of the bucket, so this also ends any circle.
      if (next <= offset) return 0;
      offset = next;
    }
    return 0;
  }
}

/**
 * A cache of DATA objects. Entries share most of them (`_UID=0`, `_HOSTNAME=...`), so each is read, checked and decoded
 * once while it stays in the cache.
 */
import type { JournalFile } from "./file.ts";
import type { PayloadReader } from "./payload.ts";

/** A power of two; the table is direct-mapped, so its size is all the memory it takes. */
const SLOTS = 4096;

/** A payload longer than this is not kept as text. */
const MAX_KEPT_BYTES = 1024;

/** An unwanted field longer than this is not hashed, for example the command line of a sudo. */
const MAX_UNWANTED_BYTES = 4096;

export class FieldCache {
  /** The wanted field in a slot: its index in `names`, or -1 for any other field. */
  readonly field = new Int16Array(SLOTS);
  readonly value: (string | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  /** 0 for an unwanted field that is too long to be hashed. */
  readonly isHashed = new Uint8Array(SLOTS);
  /** Bytes of payload hashed because they were not in the cache. */
  bytesHashed = 0;
  /** Jenkins' hash of the payload. */
  readonly low = new Uint32Array(SLOTS);
  readonly high = new Uint32Array(SLOTS);

  private readonly offset = new Float64Array(SLOTS);
  private readonly serial = new Int32Array(SLOTS);
  private readonly prefixes: Buffer[];

  constructor(
    names: readonly string[],
    private readonly payload: PayloadReader,
  ) {
    this.prefixes = names.map((name) => Buffer.from(`${name}=`));
  }

  /**
   * The slot of the DATA object at an offset; valid until the next call.
   *
   * @returns -1 when the object is damaged or can't be read
   */
  slotOf(file: JournalFile, offset: number): number {
    const slot = ((offset / 8) ^ (file.serial * 0x9e5)) & (SLOTS - 1);
    if (this.offset[slot] === offset && this.serial[slot] === file.serial) return slot;
    const { payload } = this;
    if (!payload.open(file, offset)) return -1;
    const field = this.fieldOf(payload.bytes, payload.start, payload.end);
    const length = payload.end - payload.start;
    const isHashed = field >= 0 || (length <= MAX_UNWANTED_BYTES && !payload.isCut);
    if (isHashed && !payload.check(file)) return -1;
    if (isHashed) this.bytesHashed += length;
    this.isHashed[slot] = isHashed ? 1 : 0;

    this.field[slot] = field;
    this.value[slot] =
      field < 0
        ? undefined
        : payload.bytes.toString("utf8", payload.start + this.prefixes[field]!.length, payload.end);
    this.low[slot] = payload.jenkins[0]!;
    this.high[slot] = payload.jenkins[1]!;
    this.serial[slot] = file.serial;
    this.offset[slot] = length > MAX_KEPT_BYTES && field >= 0 ? -1 : offset;
    return slot;
  }

  private fieldOf(bytes: Buffer, start: number, end: number): number {
    for (let field = 0; field < this.prefixes.length; field++) {
      const prefix = this.prefixes[field]!;
      if (prefix.length > end - start) continue;
      let i = 0;
      while (i < prefix.length && prefix[i] === bytes[start + i]) i++;
      if (i === prefix.length) return field;
    }
    return -1;
  }
}

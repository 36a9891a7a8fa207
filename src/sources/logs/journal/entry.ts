/**
 * One ENTRY object with the fields that are wanted, checked as far as the file allows: the payload of
 * each field against its own hash, and all of them together against the entry's, so that a damaged
 * reference can't lend one entry the message of another.
 */
import type { FieldCache } from "./field_cache.ts";
import { EntryList } from "./entry_list.ts";
import { DATA, ENTRY, type JournalFile } from "./file.ts";
import { readU64 } from "./header.ts";

const HEAD_BYTES = 64;
const REGULAR_ITEM_BYTES = 16;
const COMPACT_ITEM_BYTES = 4;
/** The programs that are looked for, and journald, give an entry some 40 fields; nobody else need be read. */
const MAX_ITEMS = 128;
/** And a few KiB; what is larger than this by far is not worth the time that checking it takes. */
const MAX_FIELD_BYTES = 256 * 1024;
/** What systemd calls a valid time: below 2^55 microseconds. */
const MAX_TIME_US = 2 ** 55;

export class EntryReader {
  seqnum = 0;
  /** When journald received it, in microseconds since the epoch. */
  realtimeUs = 0;
  /** The same since boot. */
  monotonicUs = 0;
  /** 32 hex digits. */
  bootId = "";
  /** The values of the wanted fields, in the order of their names; where one is repeated, the first. */
  readonly values: (string | undefined)[];
  /** False when a field could not be read: then a value that is absent here may be in the entry. */
  complete = true;

  /** The offsets of its DATA objects; what is read of the entry itself goes when they are read. */
  private readonly items = new Float64Array(MAX_ITEMS);
  private itemCount = 0;
  private readonly boot = Buffer.alloc(16);
  private xorLow = 0;
  private xorHigh = 0;

  constructor(
    wanted: number,
    private readonly cache: FieldCache,
  ) {
    this.values = Array.from({ length: wanted }, () => undefined);
  }

  /**
   * @returns false when there is no entry at the offset, or it is damaged
   */
  read(file: JournalFile, offset: number): boolean {
    if (this.readOnce(file, offset) && this.complete) return true;
    // It may have been written since its page was read.
    file.pages.forget(file.fd);
    file.refresh();
    return this.readOnce(file, offset);
  }

  /** Reads no more than the time and number of an entry. */
  readHead(file: JournalFile, offset: number): boolean {
    if (file.loadHead(offset, ENTRY, HEAD_BYTES) === 0) return false;
    const { bytes, at } = file.pages;
    this.seqnum = readU64(bytes, at + 16);
    this.realtimeUs = readU64(bytes, at + 24);
    return this.seqnum > 0 && this.realtimeUs > 0 && this.realtimeUs < MAX_TIME_US;
  }

  private readOnce(file: JournalFile, offset: number): boolean {
    if (!this.readHead(file, offset)) return false;
    const size = file.load(offset, ENTRY, HEAD_BYTES);
    const width = file.header.compact ? COMPACT_ITEM_BYTES : REGULAR_ITEM_BYTES;
    if (size <= HEAD_BYTES || (size - HEAD_BYTES) % width !== 0) return false;
    const { bytes, at } = file.pages;
    this.monotonicUs = readU64(bytes, at + 32);
    // It hardly ever changes, so its text need not be made again for each entry.
    if (bytes.compare(this.boot, 0, 16, at + 40, at + 56) !== 0) {
      bytes.copy(this.boot, 0, at + 40, at + 56);
      this.bootId = this.boot.toString("hex");
    }
    this.xorLow = bytes.readInt32LE(at + 56);
    this.xorHigh = bytes.readInt32LE(at + 60);
    this.itemCount = (size - HEAD_BYTES) / width;
    if (this.itemCount > MAX_ITEMS) return false;
    for (let i = 0; i < this.itemCount; i++) {
      const item = at + HEAD_BYTES + i * width;
      this.items[i] = width === 4 ? bytes.readUInt32LE(item) : readU64(bytes, item);
    }
    return this.readFields(file, offset);
  }

  private readFields(file: JournalFile, offset: number): boolean {
    const { cache, values } = this;
    values.fill(undefined);
    this.complete = true;
    cache.bytesRead = 0;
    for (let i = 0; i < this.itemCount; i++) {
      const slot = cache.slotOf(file, this.items[i]!);
      if (cache.bytesRead > MAX_FIELD_BYTES) return false;
      if (slot < 0) {
        this.complete = false;
        continue;
      }
      this.xorLow ^= cache.low[slot]!;
      this.xorHigh ^= cache.high[slot]!;
      const field = cache.field[slot]!;
      if (field >= 0) values[field] ??= cache.value[slot];
    }
    if (!this.complete) return this.isListedByAll(file, offset);
    return (this.xorLow === 0 && this.xorHigh === 0) || this.isOneRepeated(file);
  }

  /**
   * Without one of the hashes the sum says nothing. Then each wanted field must list the entry, as
   * the entry lists the field.
   */
  private isListedByAll(file: JournalFile, offset: number): boolean {
    const list = new EntryList(file);
    for (let i = 0; i < this.itemCount; i++) {
      const item = this.items[i]!;
      const slot = this.cache.slotOf(file, item);
      if (slot < 0 || this.cache.field[slot]! < 0) continue;
      if (file.loadHead(item, DATA, HEAD_BYTES) === 0) return false;
      const { bytes, at } = file.pages;
      list.update(readU64(bytes, at + 40), readU64(bytes, at + 48), readU64(bytes, at + 56));
      list.seek((listed) => listed >= offset);
      if (list.peek() !== offset) return false;
    }
    return true;
  }

  /**
   * A field that was logged twice with the same value is listed once, but its hash went into the
   * sum twice, which leaves the sum off by just that hash.
   */
  private isOneRepeated(file: JournalFile): boolean {
    for (let i = 0; i < this.itemCount; i++) {
      const slot = this.cache.slotOf(file, this.items[i]!);
      if (slot < 0) return false;
      if ((this.cache.low[slot]! | 0) !== this.xorLow) continue;
      if ((this.cache.high[slot]! | 0) === this.xorHigh) return true;
    }
    return false;
  }
}

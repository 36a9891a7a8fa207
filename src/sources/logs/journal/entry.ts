/**
 * One ENTRY object with the wanted fields, checked as far as the file allows: the payload of each field against its own
 * hash, and all fields together against the entry's hash, so that a damaged reference can't give an entry the message
 * of another one.
 */
import type { FieldCache } from "./field_cache.ts";
import { EntryList } from "./entry_list.ts";
import type { JournalFile } from "./file.ts";
import { DATA, DATA_OBJECT, ENTRY, ENTRY_OBJECT, readU64 } from "./objects.ts";

const HEAD_BYTES = ENTRY_OBJECT.items;
/** The programs that are looked for, and journald, give an entry some 40 fields; entries with far more are skipped. */
const MAX_ITEMS = 128;
/** And a few KiB; much larger entries are not worth the time to hash them. */
const MAX_HASHED_BYTES = 128 * 1024;
export class EntryReader {
  seqnum = 0;
  /** When journald received it, in microseconds since the epoch. */
  realtimeUs = 0;
  /** The same since boot. */
  monotonicUs = 0;
  /** 32 hex digits. */
  bootId = "";
  /** The values of the wanted fields, in the order of their names; of a repeated field the first. */
  readonly values: (string | undefined)[];
  /**
   * False when a field could not be read or was not included in the checksum: then a value missing here may be in the
   * entry.
   */
  complete = true;

  /** The number of DATA objects it refers to. */
  itemCount = 0;
  /** The offset of each wanted field's DATA object. */
  readonly itemOf: number[] = [];

  /** The offsets of its DATA objects: in the file's format, so with their hashes when it is not compact. */
  private readonly words = new Uint32Array(MAX_ITEMS * 4);
  private usedWords: Uint32Array = this.words;
  private isCompact = false;
  /** A field could not be read. */
  private hasUnread = false;
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
   * Reads the entry itself without its fields: its time, and the DATA objects it refers to.
   *
   * @returns false when there is no entry at the offset, or it is damaged, or has too many fields
   */
  open(file: JournalFile, offset: number): boolean {
    if (!this.readHead(file, offset)) return false;
    const size = file.load(offset, ENTRY, HEAD_BYTES);
    this.isCompact = file.header.compact;
    const width = this.isCompact ? ENTRY_OBJECT.compactItemSize : ENTRY_OBJECT.itemSize;
    if (size <= HEAD_BYTES || (size - HEAD_BYTES) % width !== 0) return false;
    this.itemCount = (size - HEAD_BYTES) / width;
    if (this.itemCount > MAX_ITEMS) return false;
    const { bytes, at, words } = file.pages;
    this.monotonicUs = readU64(bytes, at + ENTRY_OBJECT.monotonic);
    if (!Number.isSafeInteger(this.monotonicUs)) return false;
    // It hardly ever changes, so its text is cached.
    const boot = at + ENTRY_OBJECT.bootId;
    if (bytes.compare(this.boot, 0, 16, boot, boot + 16) !== 0) {
      bytes.copy(this.boot, 0, boot, boot + 16);
      this.bootId = this.boot.toString("hex");
    }
    this.xorLow = bytes.readInt32LE(at + ENTRY_OBJECT.xorHash);
    this.xorHigh = bytes.readInt32LE(at + ENTRY_OBJECT.xorHash + 4);
    const first = (at + HEAD_BYTES) / 4;
    this.usedWords = words.subarray(first, first + (this.itemCount * width) / 4);
    return true;
  }

  /**
   * Whether the entry refers to the DATA object at an offset, by one native search. Valid after `open`, until anything
   * else of the file is read.
   */
  has(item: number): boolean {
    const { usedWords } = this;
    if (this.isCompact) return usedWords.includes(item);
    const high = Math.floor(item / 0x1_0000_0000);
    for (let at = -1; (at = usedWords.indexOf(item >>> 0, at + 1)) >= 0;) {
      if (at % 4 === 0 && usedWords[at + 1] === high) return true;
    }
    return false;
  }

  /**
   * Reads the entry and its fields.
   *
   * @returns false when there is no entry at the offset, or it is damaged
   */
  read(file: JournalFile, offset: number): boolean {
    if (this.open(file, offset) && this.readFields(file, offset) && !this.hasUnread) return true;
    // The entry may have been written after its page was read.
    file.pages.forget(file.fd);
    file.refresh();
    return this.open(file, offset) && this.readFields(file, offset);
  }

  /** Reads only the time and the number of an entry. */
  readHead(file: JournalFile, offset: number): boolean {
    if (file.loadHead(offset, ENTRY, HEAD_BYTES) === 0) return false;
    const { bytes, at } = file.pages;
    this.seqnum = readU64(bytes, at + ENTRY_OBJECT.seqnum);
    this.realtimeUs = readU64(bytes, at + ENTRY_OBJECT.realtime);
    if (!Number.isSafeInteger(this.seqnum) || !Number.isSafeInteger(this.realtimeUs)) return false;
    return this.seqnum > 0 && this.realtimeUs > 0;
  }

  /** Reads the fields of the entry that was opened. */
  private readFields(file: JournalFile, offset: number): boolean {
    const { cache, itemOf, values } = this;
    values.fill(undefined);
    this.hasUnread = false;
    let isSummed = true;
    cache.bytesHashed = 0;
    // Reading the fields overwrites what was read of the entry itself.
    this.words.set(this.usedWords);
    for (let i = 0; i < this.itemCount; i++) {
      const item = this.itemAt(i);
      const slot = cache.slotOf(file, item);
      if (cache.bytesHashed > MAX_HASHED_BYTES) return false;
      if (slot < 0) {
        this.hasUnread = true;
        continue;
      }
      if (cache.isHashed[slot] === 0) isSummed = false;
      this.xorLow ^= cache.low[slot]!;
      this.xorHigh ^= cache.high[slot]!;
      const field = cache.field[slot]!;
      if (field < 0 || values[field] !== undefined) continue;
      values[field] = cache.value[slot];
      itemOf[field] = item;
    }
    this.complete = isSummed && !this.hasUnread;
    if (!this.complete) return this.isListedByAll(file, offset);
    return (this.xorLow === 0 && this.xorHigh === 0) || this.isOneRepeated(file);
  }

  /** The offset of a DATA object, from the items in `words`. */
  private itemAt(place: number): number {
    const { words } = this;
    if (this.isCompact) return words[place]!;
    return words[place * 4 + 1]! * 0x1_0000_0000 + words[place * 4]!;
  }

  /**
   * Without the hash of a field the checksum can't be verified. Then each wanted field must list the entry, as the
   * entry lists the field.
   */
  private isListedByAll(file: JournalFile, offset: number): boolean {
    const list = new EntryList(file);
    for (let i = 0; i < this.itemCount; i++) {
      const item = this.itemAt(i);
      const slot = this.cache.slotOf(file, item);
      if (slot < 0 || this.cache.field[slot]! < 0) continue;
      if (file.loadHead(item, DATA, HEAD_BYTES) === 0) return false;
      const { bytes, at } = file.pages;
      list.update(
        readU64(bytes, at + DATA_OBJECT.entryOffset),
        readU64(bytes, at + DATA_OBJECT.entryArrayOffset),
        readU64(bytes, at + DATA_OBJECT.nEntries),
      );
      list.seek((listed) => listed >= offset);
      if (list.peek() !== offset) return false;
    }
    return true;
  }

  /**
   * A field logged twice with the same value is listed once, but its hash is in the checksum twice, so the checksum
   * differs by exactly that hash.
   */
  private isOneRepeated(file: JournalFile): boolean {
    for (let i = 0; i < this.itemCount; i++) {
      const slot = this.cache.slotOf(file, this.itemAt(i));
      if (slot < 0) return false;
      if ((this.cache.low[slot]! | 0) !== this.xorLow) continue;
      if ((this.cache.high[slot]! | 0) === this.xorHigh) return true;
    }
    return false;
  }
}

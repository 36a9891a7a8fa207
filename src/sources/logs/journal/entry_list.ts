/**
 * A list of entries in a journal file, in the order of writing: the first one inline, the rest in a chain of
 * ENTRY_ARRAY objects that double in size. It may grow at its end while it is walked.
 */
import type { JournalFile } from "./file.ts";
import { ENTRY_ARRAY, ENTRY_ARRAY_OBJECT, readU64 } from "./objects.ts";

const HEAD_BYTES = ENTRY_ARRAY_OBJECT.items;

/** Number of offsets read at once. */
const BATCH = 64;

/** Each array is longer than the last one, so an intact file has far fewer. */
const MAX_ARRAYS = 64;

/** Most empty items in a row that are skipped, in an array that was partly lost. */
const MAX_EMPTY_ITEMS = 4096;

export class EntryList {
  /** The number of entries, by the file's own count. */
  private total = 0;
  /** The offset of the inline first entry; 0 when there is none. */
  private first = 0;
  private firstArray = 0;

  /** The index in the list of the next item to read. */
  private index = 0;
  /** The offset of the last array read, the index in the list of its first item, and its length. */
  private array = 0;
  private arrayIndex = 0;
  private arrayLength = 0;
  private arrayCount = 0;
  private emptyItems = 0;

  /** Offsets that are read but not yet taken. */
  private batch: Float64Array | undefined;
  private batchAt = 0;
  private batchLength = 0;

  constructor(private readonly file: JournalFile) {}

  /** Sets the place and the present length of the list; call it again when it may have grown. */
  update(first: number, firstArray: number, total: number): void {
    this.first = first;
    this.firstArray = firstArray;
    this.total = total;
  }

  /** The offset of the next entry, or 0 when there is none yet. The object there is not checked. */
  peek(): number {
    if (this.batchAt >= this.batchLength) this.fill();
    return this.batchAt < this.batchLength ? this.batch![this.batchAt]! : 0;
  }

  skip(): void {
    this.batchAt++;
  }

  /**
   * Moves to the first wanted entry by binary search; all later entries must be wanted too.
   *
   * @returns the offset of the entry before it, or 0 when it is the first
   */
  seek(isWanted: (offset: number) => boolean): number {
    this.index = 0;
    this.array = this.arrayCount = this.emptyItems = 0;
    this.batchAt = this.batchLength = 0;
    let before = 0;
    if (this.first !== 0) {
      if (isWanted(this.first)) return 0;
      before = this.first;
      this.index = 1;
    }
    while (this.index < this.total && this.enterArray()) {
      const end = Math.min(this.arrayLength, this.total - this.arrayIndex);
      let low = 0;
      let high = end;
      while (low < high) {
        const middle = low === 0 && high === end ? end - 1 : (low + high) >>> 1;
        const offset = this.itemAt(middle);
        // An unreadable entry counts as wanted: one record too many is better than one too few.
        if (offset === 0 || isWanted(offset)) high = middle;
        else {
          low = middle + 1;
          before = offset;
        }
      }
      this.index = this.arrayIndex + low;
      if (low < end) break;
    }
    return before;
  }

  private fill(): void {
    this.batchAt = this.batchLength = 0;
    if (this.index === 0 && this.first !== 0 && this.total > 0) {
      this.push(this.first);
      return;
    }
    while (this.batchLength === 0 && this.index < this.total && this.enterArray()) {
      const start = this.index - this.arrayIndex;
      const count = Math.min(BATCH, this.arrayLength - start, this.total - this.index);
      if (!this.readItems(start, count)) return;
    }
  }

  /** Moves on to the array that holds the next item; false when there is none yet. */
  private enterArray(): boolean {
    const inline = this.first === 0 ? 0 : 1;
    let array = this.array === 0 ? this.firstArray : this.array;
    let index = this.array === 0 ? inline : this.arrayIndex;
    for (;;) {
      const size = this.file.loadHead(array, ENTRY_ARRAY, HEAD_BYTES);
      if (size === 0) return false;
      const { bytes, at } = this.file.pages;
      const length = Math.floor((size - HEAD_BYTES) / this.itemBytes());
      this.array = array;
      this.arrayIndex = index;
      this.arrayLength = length;
      if (this.index < index + length) return true;
      const next = readU64(bytes, at + ENTRY_ARRAY_OBJECT.nextEntryArrayOffset);
      // Arrays are only appended to the file, so offsets ascend; this also stops at a loop.
      if (next <= array || this.arrayCount === MAX_ARRAYS) return false;
      this.arrayCount++;
      array = next;
      index += length;
    }
  }

  /** Reads some items of the current array; false when the list ends there for now. */
  private readItems(start: number, count: number): boolean {
    const { file } = this;
    const width = this.itemBytes();
    const offset = this.array + HEAD_BYTES + start * width;
    const isThere = file.pages.load(file.fd, offset, count * width);
    const { bytes, at } = file.pages;
    for (let i = 0; i < count; i++) {
      const place = at + i * width;
      const item = !isThere ? 0 : width === 4 ? bytes.readUInt32LE(place) : readU64(bytes, place);
      if (item !== 0) {
        this.emptyItems = 0;
        this.push(item);
        continue;
      }
      // The rest is still to be written; in an archived file it is damaged.
      if (!file.header.archived) return false;
      this.index++;
      if (++this.emptyItems === MAX_EMPTY_ITEMS) {
        this.emptyItems = 0;
        this.index = this.arrayIndex + this.arrayLength;
        return true;
      }
    }
    return true;
  }

  private push(offset: number): void {
    this.batch ??= new Float64Array(BATCH);
    this.batch[this.batchLength++] = offset;
    this.index++;
  }

  /** An item of the current array, or 0. */
  private itemAt(slot: number): number {
    const width = this.itemBytes();
    const { file } = this;
    if (!file.pages.load(file.fd, this.array + HEAD_BYTES + slot * width, width)) return 0;
    const { bytes, at } = file.pages;
    return width === 4 ? bytes.readUInt32LE(at) : readU64(bytes, at);
  }

  private itemBytes(): number {
    return this.file.header.compact
      ? ENTRY_ARRAY_OBJECT.compactItemSize
      : ENTRY_ARRAY_OBJECT.itemSize;
  }
}

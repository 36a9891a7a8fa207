/**
 * Writes journal files as journald does, in the same order of steps, so that tests can look at a file
 * between any two of them. `journalctl --verify` accepts what it writes.
 */
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { plainJenkins, plainSiphash } from "./plain_hash.ts";

const HEADER = 272;
const BUCKETS = 4099;
const FIELD_BUCKETS = 61;

export interface WriterOptions {
  compact: boolean;
  keyed: boolean;
  fileId: string;
  seqnumId: string;
  bootId: string;
}

export const DEFAULTS: WriterOptions = {
  compact: true,
  keyed: true,
  fileId: "a".repeat(32),
  seqnumId: "5".repeat(32),
  bootId: "b".repeat(32),
};

/** The next number of all files with one seqnum_id. */
export interface Counter {
  seqnum: number;
}

export class JournalWriter {
  readonly fd: number;
  /** Where the next object will lie. */
  end = HEADER;
  private readonly options: WriterOptions;
  private readonly key: Buffer;
  /** Offsets of DATA and FIELD objects by their payload. */
  private readonly objects = new Map<string, number>();
  private readonly table: number;
  private readonly fieldTable: number;

  constructor(
    path: string,
    options: Partial<WriterOptions> = {},
    private readonly counter: Counter = { seqnum: 0 },
  ) {
    this.options = { ...DEFAULTS, ...options };
    this.key = Buffer.from(this.options.fileId, "hex");
    this.fd = openSync(path, "wx+");
    ftruncateSync(this.fd, HEADER);
    this.fieldTable = this.object(5, 16 + FIELD_BUCKETS * 16) + 16;
    this.table = this.object(4, 16 + BUCKETS * 16) + 16;
    const { compact, keyed, fileId, seqnumId } = this.options;
    const flags = Buffer.alloc(8);
    flags.writeUInt32LE((compact ? 16 : 0) | (keyed ? 4 : 0), 4);
    this.put(8, flags);
    this.put(16, Buffer.from([1]));
    this.put(24, Buffer.from(fileId, "hex"));
    this.put(40, Buffer.from("0123456789abcdef0123456789abcdef", "hex"));
    this.put(72, Buffer.from(seqnumId, "hex"));
    this.set(88, HEADER);
    this.set(104, this.table);
    this.set(112, BUCKETS * 16);
    this.set(120, this.fieldTable);
    this.set(128, FIELD_BUCKETS * 16);
    this.put(0, Buffer.from("LPKSHHRH"));
  }

  /**
   * Appends an entry.
   *
   * @param beforeStep called before each step that makes more of it visible
   * @returns the offset of the entry
   */
  append(fields: string[], realtimeUs: number, beforeStep: () => void = () => {}): number {
    const items = fields.map((text) => this.data(text)).toSorted((a, b) => a - b);
    const unique = [...new Set(items)];
    const { compact, bootId } = this.options;
    const width = compact ? 4 : 16;
    beforeStep();
    const entry = this.object(3, 64 + unique.length * width);
    let xor = 0n;
    for (const text of fields) xor ^= plainJenkins(Buffer.from(text));
    this.set(entry + 16, ++this.counter.seqnum);
    this.set(entry + 24, realtimeUs);
    this.set(entry + 32, realtimeUs - 1_000_000_000);
    this.put(entry + 40, Buffer.from(bootId, "hex"));
    this.setBig(entry + 56, xor);
    for (const [i, item] of unique.entries()) {
      this.setItem(entry + 64 + i * width, item);
      if (!compact) this.setBig(entry + 64 + i * width + 8, this.getBig(item + 16));
    }
    beforeStep();
    this.link(176, 152, entry, -1);
    this.set(160, this.counter.seqnum);
    if (this.get(168) === 0) this.set(168, this.counter.seqnum);
    if (this.get(184) === 0) this.set(184, realtimeUs);
    this.set(192, realtimeUs);
    this.set(200, realtimeUs - 1_000_000_000);
    this.put(56, Buffer.from(bootId, "hex"));
    if (compact) this.set(264, entry);
    for (const item of unique) {
      beforeStep();
      this.link(item + 48, item + 56, entry, item + 40);
    }
    return entry;
  }

  /** 0 offline, 1 online, 2 archived. */
  setState(state: number): void {
    this.put(16, Buffer.from([state]));
  }

  close(): void {
    closeSync(this.fd);
  }

  /** The offset of a DATA object that was written. */
  offsetOf(text: string): number {
    return this.objects.get(text)!;
  }

  get(at: number): number {
    return Number(this.getBig(at));
  }

  set(at: number, value: number): void {
    this.setBig(at, BigInt(value));
  }

  put(at: number, bytes: Uint8Array): void {
    writeSync(this.fd, bytes, 0, bytes.length, at);
  }

  private object(type: number, size: number): number {
    const offset = this.end;
    this.end = Math.ceil((offset + size) / 8) * 8;
    ftruncateSync(this.fd, this.end);
    const head = Buffer.alloc(16);
    head[0] = type;
    head.writeUInt32LE(size, 8);
    this.put(offset, head);
    this.set(96, this.end - HEADER);
    this.set(136, offset);
    this.set(144, this.get(144) + 1);
    return offset;
  }

  private data(text: string): number {
    const known = this.objects.get(text);
    if (known !== undefined) return known;
    const bytes = Buffer.from(text);
    const head = this.options.compact ? 72 : 64;
    const data = this.object(1, head + bytes.length);
    this.put(data + head, bytes);
    this.intoTable(data, text, this.table, BUCKETS);
    this.set(208, this.get(208) + 1);
    const name = text.slice(0, text.indexOf("="));
    let field = this.objects.get(name);
    if (field === undefined) {
      field = this.object(2, 40 + name.length);
      this.put(field + 40, Buffer.from(name));
      this.intoTable(field, name, this.fieldTable, FIELD_BUCKETS);
      this.set(216, this.get(216) + 1);
    }
    this.set(data + 32, this.get(field + 32));
    this.set(field + 32, data);
    return data;
  }

  private intoTable(object: number, text: string, table: number, buckets: number): void {
    const bytes = Buffer.from(text);
    const hash = this.options.keyed ? plainSiphash(this.key, bytes) : plainJenkins(bytes);
    this.setBig(object + 16, hash);
    const bucket = table + Number(hash % BigInt(buckets)) * 16;
    const tail = this.get(bucket + 8);
    this.set(tail === 0 ? bucket : tail + 24, object);
    this.set(bucket + 8, object);
    this.objects.set(text, object);
  }

  /** Appends an entry to a list: the first inline at `inlineAt` unless that is negative. */
  private link(arrayAt: number, countAt: number, entry: number, inlineAt: number): void {
    const count = this.get(countAt);
    if (inlineAt >= 0 && count === 0) {
      this.set(inlineAt, entry);
      this.set(countAt, 1);
      return;
    }
    const width = this.options.compact ? 4 : 8;
    let index = inlineAt >= 0 ? count - 1 : count;
    let at = arrayAt;
    let capacity = 2;
    for (;;) {
      let array = this.get(at);
      if (array === 0) {
        array = this.object(6, 24 + capacity * 2 * width);
        this.set(at, array);
        this.set(232, this.get(232) + 1);
      }
      capacity = (this.get(array + 8) - 24) / width;
      if (index < capacity) {
        this.setItem(array + 24 + index * width, entry);
        break;
      }
      index -= capacity;
      at = array + 16;
    }
    this.set(countAt, count + 1);
  }

  private setItem(at: number, offset: number): void {
    if (!this.options.compact) return this.set(at, offset);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(offset);
    this.put(at, bytes);
  }

  private getBig(at: number): bigint {
    const bytes = Buffer.alloc(8);
    readSync(this.fd, bytes, 0, 8, at);
    return bytes.readBigUInt64LE();
  }

  private setBig(at: number, value: bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    this.put(at, bytes);
  }
}

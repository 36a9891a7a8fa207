/**
 * The objects of journal files, one at a time: entries with what they refer to, lists of entries, headers and
 * compressed payloads. Several places are changed at once, among them offsets that point anywhere.
 */
import { afterAll, expect, test } from "bun:test";
import { closeSync, openSync, writeSync } from "node:fs";
import { DataLookup } from "../../src/sources/logs/journal/data_lookup.ts";
import { EntryReader } from "../../src/sources/logs/journal/entry.ts";
import { EntryList } from "../../src/sources/logs/journal/entry_list.ts";
import { FieldCache } from "../../src/sources/logs/journal/field_cache.ts";
import { JournalFile } from "../../src/sources/logs/journal/file.ts";
import { JournalFormatError, parseHeader } from "../../src/sources/logs/journal/header.ts";
import { unpackLz4Block } from "../../src/sources/logs/journal/lz4_block.ts";
import {
  DATA_OBJECT,
  ENTRY_ARRAY_OBJECT,
  ENTRY_OBJECT,
  HASH_ITEM,
  HEADER,
  OBJECT,
  COMPRESSED_LZ4,
  readU64,
} from "../../src/sources/logs/journal/objects.ts";
import { MAX_OBJECT_BYTES, Pages } from "../../src/sources/logs/journal/pages.ts";
import { PayloadReader } from "../../src/sources/logs/journal/payload.ts";
import { FIELD, FIELDS, IDENTIFIERS } from "../../src/sources/logs/journal/trust.ts";
import { ValueIndex } from "../../src/sources/logs/journal/value_index.ts";
import { fuzz, FUZZ_TIMEOUT_MS, type Random } from "../helpers/fuzz.ts";
import { changedPlaces } from "../helpers/mutate.ts";
import { CAPTURES, Host, journalBytes, removeScratch } from "../sources/logs/journal/fixtures.ts";
import { fuzzParser } from "./fuzz_parser.ts";

afterAll(() => {
  for (const capture of captures) capture.close();
  removeScratch();
});

/**
 * A file in memory in place of pages that are read from it: what is damaged and mended again millions of times
 * need not be written.
 */
class MemoryPages extends Pages {
  constructor(file: Buffer) {
    super();
    this.bytes = file;
    this.words = new Uint32Array(file.buffer, file.byteOffset, file.length / 4);
  }

  override load(_fd: number, offset: number, length: number): boolean {
    if (!(offset >= 0 && length >= 0 && length <= MAX_OBJECT_BYTES)) return false;
    this.at = offset;
    return offset + length <= this.bytes.length;
  }
}

/** So much of an object is changed; what follows is text. */
const CHANGED_BYTES = 256;
const PLACE_BYTES = 8;

const payload = new PayloadReader(() => {});
const reader = new EntryReader(FIELDS.length, new FieldCache(FIELDS, payload));

/** Places that belong together: those of an entry and its data, or those of a list. */
interface Part {
  offset: number;
  places: number[];
}

/** Counts down, so that no file that was opened has the same number. */
let lastSerial = 0;

class Capture {
  readonly bytes: Buffer;
  readonly entries: Part[] = [];
  readonly lists: (Part & { identifier: string })[] = [];
  /** What its entries hold while the file is whole. */
  readonly wholes = new Set<string>();
  readonly messages = new Set<string>();
  private readonly path: string;
  private readonly fd: number;
  private readonly file: JournalFile;
  /** What is damaged; the file itself is, too, where its header is. */
  private readonly damagedBytes: Buffer;
  private readonly pages: MemoryPages;
  private readonly targets: number[] = [];
  private readonly items = new Set<number>();

  constructor(readonly name: string) {
    this.bytes = journalBytes(name, "system");
    this.path = new Host().add("system.journal", this.bytes);
    this.fd = openSync(this.path, "r+");
    this.damagedBytes = Buffer.alloc(this.bytes.length, this.bytes);
    this.pages = new MemoryPages(this.damagedBytes);
    this.file = JournalFile.open(this.path, this.pages);
    const { file } = this;
    for (const offset of offsetsOf(file)) {
      const items = this.itemsOf(file, offset);
      for (const item of items) this.items.add(item);
      const places = [offset, ...items].flatMap((at) => this.placesOf(at));
      this.entries.push({ offset, places });
      this.targets.push(...places);
      if (!reader.read(file, offset)) continue;
      this.wholes.add(JSON.stringify(reader.values));
      this.messages.add(messageOf(reader));
    }
    for (const identifier of IDENTIFIERS) {
      const lookup = new DataLookup(`${FIELDS[FIELD.identifier]}=${identifier}`, file);
      if (!lookup.search(payload)) continue;
      const { offset } = lookup;
      const places = [this.bucketOf(file, offset), ...this.placesOf(offset)];
      let array = readU64(this.bytes, offset + DATA_OBJECT.entryArrayOffset);
      for (
        ;
        array !== 0;
        array = readU64(this.bytes, array + ENTRY_ARRAY_OBJECT.nextEntryArrayOffset)
      )
        places.push(...this.placesOf(array));
      this.lists.push({ identifier, offset, places });
      this.targets.push(...places);
    }
  }

  /** Runs something on the file while it is damaged. */
  damaged(random: Random, { places }: Part, run: (file: JournalFile) => void): void {
    const starts = random.chance(0.1) ? HEADER_PLACES : places;
    const changes = changedPlaces(random, this.bytes, starts, this.targets);
    for (const { at, changed } of changes) this.damagedBytes.set(changed, at);
    try {
      if (changes.some(({ at }) => at < HEADER.size)) this.runReopened(run);
      else run(this.fileAnew());
    } catch (error) {
      if (!(error instanceof JournalFormatError)) throw error;
    } finally {
      for (const { at } of changes) this.bytes.copy(this.damagedBytes, at, at, at + PLACE_BYTES);
    }
  }

  /** Another number, so that nothing is remembered that was read before. */
  private fileAnew(): JournalFile {
    const { file } = this;
    const numbered: { serial: number } = file;
    numbered.serial = --lastSerial;
    return file;
  }

  /** Headers are read from the file itself. */
  private runReopened(run: (file: JournalFile) => void): void {
    let file: JournalFile | undefined;
    writeSync(this.fd, this.damagedBytes, 0, HEADER.size + PLACE_BYTES, 0);
    try {
      file = JournalFile.open(this.path, this.pages);
      run(file);
    } finally {
      file?.close();
      writeSync(this.fd, this.bytes, 0, HEADER.size + PLACE_BYTES, 0);
    }
  }

  /** What the DATA objects hold that are packed with LZ4. */
  lz4Blocks(): Buffer[] {
    const isPacked = (offset: number) => this.bytes[offset + OBJECT.flags] === COMPRESSED_LZ4;
    return [...this.items].filter(isPacked).map((offset) => {
      const end = offset + readU64(this.bytes, offset + OBJECT.size);
      return this.bytes.subarray(offset + DATA_OBJECT.payload, end);
    });
  }

  close(): void {
    this.file.close();
    closeSync(this.fd);
  }

  private placesOf(offset: number): number[] {
    const size = Math.min(readU64(this.bytes, offset + OBJECT.size), CHANGED_BYTES);
    return Array.from({ length: Math.floor(size / 8) }, (_, i) => offset + i * 8);
  }

  /** Where the hash table leads to a DATA object; its own place where another one does. */
  private bucketOf({ header }: JournalFile, offset: number): number {
    const { hashTableOffset: table, hashTableBuckets: buckets } = header;
    for (let at = table; at < table + buckets * HASH_ITEM.size; at += HASH_ITEM.size)
      if (readU64(this.bytes, at) === offset) return at;
    return offset;
  }

  private itemsOf(file: JournalFile, offset: number): number[] {
    const { compact } = file.header;
    const end = offset + readU64(this.bytes, offset + OBJECT.size);
    const items: number[] = [];
    for (let at = offset + ENTRY_OBJECT.items; at < end; at += compact ? 4 : 16)
      items.push(compact ? this.bytes.readUInt32LE(at) : readU64(this.bytes, at));
    return items;
  }
}

const HEADER_PLACES = Array.from({ length: HEADER.size / 8 }, (_, i) => i * 8);

/** More than any list of a capture: a damaged one may not be without end. */
const MOST_OFFSETS = 200_000;

function offsetsOf(file: JournalFile): number[] {
  const list = new EntryList(file);
  list.update(0, file.header.entryArrayOffset, file.header.entryCount);
  return walk(list);
}

function walk(list: EntryList): number[] {
  const offsets: number[] = [];
  for (let offset; (offset = list.peek()) !== 0; list.skip()) {
    if (offsets.push(offset) > MOST_OFFSETS) throw new Error("a list without end");
  }
  return offsets;
}

function messageOf({ values }: EntryReader): string {
  return `${values[FIELD.identifier]}: ${values[FIELD.message]}`;
}

const captures = CAPTURES.map((name) => new Capture(name));

test(
  "journal entries",
  async () => {
    for (const { wholes } of captures) expect(wholes.size).toBeGreaterThan(20);
    await fuzz("journal entries", (random) => {
      const capture = random.pick(captures);
      const part = random.pick(capture.entries);
      capture.damaged(random, part, (file) => {
        if (!reader.read(file, part.offset)) return;
        const { complete, values } = reader;
        const isWhole = complete
          ? capture.wholes.has(JSON.stringify(values))
          : values[FIELD.message] === undefined ||
            values[FIELD.identifier] === undefined ||
            capture.messages.has(messageOf(reader));
        if (!isWhole) throw new Error(`${capture.name} gives ${JSON.stringify(values)}`);
      });
    });
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "journal lists",
  async () => {
    for (const { lists } of captures) expect(lists.length).toBeGreaterThan(2);
    await fuzz("journal lists", (random) => {
      const capture = random.pick(captures);
      const part = random.pick(capture.lists);
      capture.damaged(random, part, (file) => {
        const index = new ValueIndex(FIELD.identifier, part.identifier, file);
        if (!index.update(payload, true)) return;
        const before = index.list.seek((offset) => offset > part.offset);
        if (before > part.offset) throw new Error(`${before} is before ${part.offset}`);
        walk(index.list);
      });
    });
  },
  FUZZ_TIMEOUT_MS,
);

fuzzParser(
  "journal headers",
  captures.map(({ bytes }) => bytes.subarray(0, HEADER.size)),
  (bytes) => {
    try {
      return parseHeader(bytes);
    } catch (error) {
      if (error instanceof JournalFormatError) return undefined;
      throw error;
    }
  },
);

/** Blocks of a journal, each behind its unpacked size in 8 bytes, as they stand there. */
const blocks = captures.flatMap((capture) => capture.lz4Blocks());

fuzzParser("LZ4 blocks", blocks, (bytes) => {
  if (bytes.length < 8) return undefined;
  const size = readU64(bytes, 0);
  if (size > MAX_OBJECT_BYTES) return undefined;
  const unpacked = unpackLz4Block(bytes, 8, bytes.length, size);
  if (unpacked !== undefined && unpacked.length !== size) throw new Error(`not ${size} bytes`);
  return unpacked;
});

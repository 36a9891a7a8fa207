/** The captured journals, and a second, plain way to read one: every entry with every field. */
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { EntryList } from "../../../../src/sources/logs/journal/entry_list.ts";
import { JournalFile } from "../../../../src/sources/logs/journal/file.ts";
import { ENTRY, readU64 } from "../../../../src/sources/logs/journal/objects.ts";
import { Pages } from "../../../../src/sources/logs/journal/pages.ts";
import { PayloadReader } from "../../../../src/sources/logs/journal/payload.ts";
import { JournalReader, type JournalOptions } from "../../../../src/sources/logs/journal/reader.ts";
import type { LogRecord } from "../../../../src/sources/logs/record.ts";
import { Root } from "../../../../src/sources/root.ts";

const FOLDER = join(import.meta.dir, "../../../fixtures/journal");
export const MACHINE = "0123456789abcdef0123456789abcdef";

/** Each made by one journald with one layout; README.md there tells which. */
export const CAPTURES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** The files of a capture: `system`, `system-archived`, `system-online`, ... */
export function filesOf(capture: string): string[] {
  return readdirSync(join(FOLDER, capture))
    .filter((name) => name.endsWith(".journal.zst"))
    .map((name) => name.slice(0, -".journal.zst".length));
}

export function journalBytes(capture: string, name: string): Buffer {
  const packed = readFileSync(join(FOLDER, capture, `${name}.journal.zst`));
  return Bun.zstdDecompressSync(packed);
}

/** What `journalctl -o json --all` of the same release read from the file. */
export function oracle(capture: string, name: string): Record<string, unknown>[] {
  const packed = readFileSync(join(FOLDER, capture, `${name}.json.zst`));
  return Bun.zstdDecompressSync(packed)
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const scratch: string[] = [];

export function scratchFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "journal-test-"));
  scratch.push(path);
  return path;
}

export function removeScratch(): void {
  for (const path of scratch.splice(0)) rmSync(path, { recursive: true });
}

/** Most of a journal is reserved but empty, and that need not go to the disk. */
function writeSparse(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, "w");
  const empty = Buffer.alloc(64 * 1024);
  for (let at = 0; at < bytes.length; at += empty.length) {
    const block = bytes.subarray(at, at + empty.length);
    if (empty.compare(block) !== 0) writeSync(fd, block, 0, block.length, at);
  }
  ftruncateSync(fd, bytes.length);
  closeSync(fd);
}

/** A host's tree with nothing in it but its machine id and an empty folder for its journal. */
export class Host {
  readonly path = scratchFolder();
  readonly root = new Root(this.path);
  readonly reports: string[] = [];

  constructor(base = "/var/log/journal", machine = MACHINE) {
    mkdirSync(join(this.path, "etc"));
    writeFileSync(join(this.path, "etc/machine-id"), `${MACHINE}\n`);
    mkdirSync(this.folder(base, machine), { recursive: true });
  }

  folder(base = "/var/log/journal", machine = MACHINE): string {
    return join(this.path, base, machine);
  }

  add(name: string, bytes: Uint8Array, base?: string): string {
    const path = join(this.folder(base), name);
    writeSparse(path, bytes);
    return path;
  }

  /** The files of a capture under the names that journald gives them. */
  addCapture(capture: string): void {
    for (const file of filesOf(capture)) {
      if (file.endsWith("-online")) continue;
      const name = file.replace(
        "-archived",
        `@${"0".repeat(32)}-0000000000000001-0000000000000001`,
      );
      this.add(`${name}.journal`, journalBytes(capture, file));
    }
  }

  reader(options: Partial<JournalOptions> = {}): JournalReader {
    return new JournalReader(this.root, {
      sinceMs: 0,
      bootMs: 0,
      now: Date.now,
      report: (message) => this.reports.push(message),
      ...options,
    });
  }
}

export async function pollAll(reader: JournalReader): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  reader.poll((record) => records.push(record));
  return records;
}

export interface PlainEntry {
  seqnum: number;
  realtimeUs: number;
  monotonicUs: number;
  bootId: string;
  fields: Map<string, Buffer[]>;
}

/** Every entry of a file in its order, with every field that can be unpacked. */
export function readAllEntries(path: string): PlainEntry[] {
  const file = JournalFile.open(path, new Pages());
  const payload = new PayloadReader(() => {});
  const list = new EntryList(file);
  list.update(0, file.header.entryArrayOffset, file.header.entryCount);
  const entries: PlainEntry[] = [];
  for (let offset = list.peek(); offset !== 0; offset = list.peek()) {
    list.skip();
    const size = file.load(offset, ENTRY, 64);
    if (size === 0) continue;
    const bytes = Buffer.from(file.pages.bytes.subarray(file.pages.at, file.pages.at + size));
    const fields = new Map<string, Buffer[]>();
    for (let at = 64; at < size; at += file.header.compact ? 4 : 16) {
      const item = file.header.compact ? bytes.readUInt32LE(at) : readU64(bytes, at);
      if (!payload.open(file, item) || !payload.check(file)) continue;
      const text = Buffer.from(payload.bytes.subarray(payload.start, payload.end));
      const name = text.toString("latin1", 0, text.indexOf("="));
      fields.set(name, [...(fields.get(name) ?? []), text.subarray(name.length + 1)]);
    }
    entries.push({
      seqnum: readU64(bytes, 16),
      realtimeUs: readU64(bytes, 24),
      monotonicUs: readU64(bytes, 32),
      bootId: bytes.toString("hex", 40, 56),
      fields,
    });
  }
  file.close();
  return entries;
}

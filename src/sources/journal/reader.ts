/**
 * What sshd, dropbear, login, su and sudo logged to the systemd journal, read from its files:
 * https://systemd.io/JOURNAL_FILE_FORMAT/
 *
 * Only their entries are visited, through the index that each file has, so the size of a journal
 * costs nothing. Between two calls an unchanged file costs one read of its header.
 */
import type { LogPosition, LogReader, LogRecord } from "../log_record.ts";
import type { Root } from "../root.ts";
import { EntryReader } from "./entry.ts";
import { FieldCache } from "./field_cache.ts";
import { JournalFile } from "./file.ts";
import { JournalFolders, type JournalPath } from "./folders.ts";
import { JournalFormatError, type JournalHeader } from "./header.ts";
import { Pages } from "./pages.ts";
import { PayloadReader } from "./payload.ts";
import { JournalProgress } from "./position.ts";
import { TrackedFile, type Readers } from "./tracked_file.ts";
import { FIELDS } from "./trust.ts";
import { VolatileRanges } from "./volatile_range.ts";

/** After so many records other work gets its turn; some 10 ms. */
const YIELD_EVERY = 1000;

export interface JournalOptions {
  /** The first reading of all begins with the first entry not older than this. */
  sinceMs: number;
  /** Where to go on instead, from an earlier reader. */
  position?: LogPosition | undefined;
  /** The time in milliseconds since the epoch. */
  now: () => number;
  /** Called once for each thing that can't be read but does not stop the rest. */
  report: (message: string) => void;
}

/** A file that is read as it grows, and where it lies. */
interface OpenFile {
  tracked: TrackedFile;
  path: JournalPath;
  /** Vacuumed: nothing leads to it any more but us. */
  isDeleted: boolean;
}

/** A file that was read to its end and gets no more. */
interface FinishedFile {
  header: JournalHeader;
  offsets: Record<string, number>;
}

export class JournalReader implements LogReader {
  private readonly pages = new Pages();
  private readonly readers: Readers;
  private readonly folders: JournalFolders;
  private readonly progress: JournalProgress;
  private readonly volatile: VolatileRanges;
  private readonly sinceUs: number;
  private readonly reported = new Set<string>();

  /** By file_id. */
  private readonly open = new Map<string, OpenFile>();
  /** By path. */
  private readonly finished = new Map<string, FinishedFile>();
  private isClosed = false;

  constructor(
    root: Root,
    private readonly options: JournalOptions,
  ) {
    const payload = new PayloadReader((message) => this.report(message));
    const entry = new EntryReader(FIELDS.length, new FieldCache(FIELDS, payload));
    this.readers = { entry, payload };
    this.folders = new JournalFolders(root, options.now);
    this.progress = new JournalProgress(options.position);
    this.volatile = new VolatileRanges(options.position?.volatile);
    this.sinceUs = options.sinceMs * 1000;
  }

  async poll(take: (record: LogRecord) => void): Promise<void> {
    this.pages.forget();
    this.findFiles();
    const waiting: OpenFile[] = [];
    for (const file of this.open.values()) {
      file.tracked.update();
      this.progress.observe(file.tracked.file.header);
      if (file.tracked.peek() !== undefined) waiting.push(file);
    }
    for (let count = 1; waiting.length > 0; count++) {
      this.takeNext(waiting, take);
      if (count % YIELD_EVERY !== 0) continue;
      await Bun.sleep(0);
      if (this.isClosed) return;
    }
    this.closeFinished();
  }

  position(): LogPosition {
    const files: Record<string, Record<string, number>> = {};
    for (const [fileId, offsets] of this.progress.saved)
      files[fileId] = Object.fromEntries(offsets);
    for (const { header, offsets } of this.finished.values()) {
      if (!this.progress.covers(header)) files[header.fileId] = offsets;
    }
    for (const [fileId, { tracked }] of this.open) files[fileId] = tracked.offsets();
    const { covered, coveredUs, isFirst } = this.progress;
    if (isFirst) return {};
    return {
      files,
      seqnums: Object.fromEntries(covered),
      timeUs: coveredUs,
      volatile: this.volatile.toJSON(),
    };
  }

  close(): void {
    this.isClosed = true;
    for (const { tracked } of this.open.values()) tracked.file.close();
    this.open.clear();
  }

  /** Opens what is new, and notes what was renamed or deleted. */
  private findFiles(): void {
    const paths = this.folders.list();
    if (paths !== undefined) {
      const missing = new Set(this.open.keys());
      const failure = this.openAll(paths, missing);
      for (const fileId of missing) {
        const file = this.open.get(fileId)!;
        file.isDeleted = file.tracked.file.isDeleted();
      }
      const listed = new Set(paths.map(({ path }) => path));
      for (const path of this.finished.keys()) if (!listed.has(path)) this.finished.delete(path);
      if (failure !== undefined) {
        this.folders.listAgain();
        throw failure;
      }
    }
    this.progress.confirm();
  }

  /**
   * @param missing the ids of the open files; those that are found are taken out
   * @returns why a file that everything depends on could not be opened
   */
  private openAll(paths: JournalPath[], missing: Set<string>): unknown {
    const byPath = new Map<string, string>();
    for (const [fileId, { path }] of this.open) byPath.set(path.path, fileId);
    let failure: unknown;
    for (const path of paths) {
      if (this.finished.has(path.path)) continue;
      const known = this.open.get(byPath.get(path.path) ?? "");
      try {
        if (known !== undefined && known.tracked.file.isAt(path.path)) {
          missing.delete(known.tracked.file.header.fileId);
        } else {
          missing.delete(this.openFile(path));
        }
      } catch (error) {
        const { code } = error as { code?: string };
        if (code === "ENOENT") continue;
        if (!isOnlyThatFile(error, path)) failure ??= error;
        this.report(`${path.path}: ${(error as Error).message}`);
      }
    }
    return failure;
  }

  private openFile(path: JournalPath): string {
    const file = JournalFile.open(path.path, this.pages);
    const { fileId } = file.header;
    const known = this.open.get(fileId);
    if (known !== undefined || this.isFinished(fileId)) {
      file.close();
      // Under another name it was renamed; under another inode somebody copied it.
      if (known !== undefined && known.tracked.file.inode === file.inode) {
        known.path = path;
        known.tracked.hasArchiveName = path.hasArchiveName;
      }
      return fileId;
    }
    const start = this.progress.startOf(file.header, path.isVolatile, this.sinceUs);
    const tracked = new TrackedFile(file, this.readers, start, path.hasArchiveName);
    this.open.set(fileId, { tracked, path, isDeleted: false });
    return fileId;
  }

  private isFinished(fileId: string): boolean {
    for (const { header } of this.finished.values()) if (header.fileId === fileId) return true;
    return false;
  }

  /** Hands over the record that was written first of all that wait. */
  private takeNext(waiting: OpenFile[], take: (record: LogRecord) => void): void {
    let first = 0;
    for (let i = 1; i < waiting.length; i++) {
      if (isBefore(waiting[i]!, waiting[first]!)) first = i;
    }
    const { tracked, path } = waiting[first]!;
    const { record, bootId, monotonicUs } = tracked.pending!;
    tracked.take();
    if (path.isVolatile) {
      this.volatile.add(path.namespace, bootId, monotonicUs);
      take(record);
    } else if (!this.volatile.has(path.namespace, bootId, monotonicUs)) {
      take(record);
    }
    if (tracked.peek() === undefined) waiting.splice(first, 1);
  }

  private closeFinished(): void {
    for (const [fileId, { tracked, path, isDeleted }] of this.open) {
      if (!isDeleted && !tracked.isFinished) continue;
      tracked.file.close();
      this.open.delete(fileId);
      if (isDeleted) continue;
      this.finished.set(path.path, { header: tracked.file.header, offsets: tracked.offsets() });
    }
  }

  private report(message: string): void {
    if (this.reported.has(message)) return;
    this.reported.add(message);
    this.options.report(message);
  }
}

/** Without the system's own file nothing of sshd is seen; another one that is forbidden costs itself. */
function isOnlyThatFile(error: unknown, { path }: JournalPath): boolean {
  const { code } = error as { code?: string };
  const isForbidden = code === "EACCES" || code === "EPERM";
  if (isForbidden) return !path.endsWith("/system.journal");
  return error instanceof JournalFormatError;
}

/** By number where both count from one counter, else by the clock. */
function isBefore(one: OpenFile, other: OpenFile): boolean {
  const a = one.tracked.pending!;
  const b = other.tracked.pending!;
  const isOneCounter = one.tracked.file.header.seqnumId === other.tracked.file.header.seqnumId;
  return isOneCounter ? a.seqnum < b.seqnum : a.realtimeUs < b.realtimeUs;
}

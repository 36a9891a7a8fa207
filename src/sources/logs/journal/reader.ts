/**
 * Reads the entries of sshd, dropbear, login, systemd-logind, su and sudo from the files of the systemd journal:
 * https://systemd.io/JOURNAL_FILE_FORMAT/
 *
 * It visits only their entries, through the index of each file, so the cost does not depend on the journal's size.
 * Between two calls an unchanged file costs one read of its header.
 */
import type { LogReader, LogRecord } from "../record.ts";
import type { Root } from "../../root.ts";
import { EntryReader } from "./entry.ts";
import { FieldCache } from "./field_cache.ts";
import { JournalFolders } from "./folders.ts";
import { LeftOverJournalError } from "./header.ts";
import { JournalFiles, type OpenFile } from "./file_set.ts";
import { Pages } from "./pages.ts";
import { PayloadReader } from "./payload.ts";
import { type JournalPosition, JournalProgress } from "./position.ts";
import type { FileCursor } from "./file_cursor.ts";
import { FIELDS } from "./trust.ts";
import { FlushedRanges } from "./flushed_ranges.ts";

export interface JournalOptions {
  /** The very first reading begins with the first entry not older than this. */
  sinceMs: number;
  /** Where to continue instead, from an earlier reader. */
  position?: JournalPosition | undefined;
  /** When the host booted, in milliseconds since the epoch: a journal that ends before it is not in use. */
  bootMs: number;
  /** The time in milliseconds since the epoch. */
  now: () => number;
  /** Called once for each fault that affects only a part of the journal. */
  report: (message: string) => void;
}

export class JournalReader implements LogReader {
  private readonly pages = new Pages();
  private readonly files: JournalFiles;
  private readonly progress: JournalProgress;
  private readonly volatile: FlushedRanges;
  private readonly reported = new Set<string>();
  oldestUnreadMs: number | undefined;
  /** False until the journal has had an entry of this boot. */
  private isInUse = false;

  constructor(
    root: Root,
    private readonly options: JournalOptions,
  ) {
    const { position, now, sinceMs } = options;
    const report = (message: string) => this.report(message);
    const payload = new PayloadReader(report);
    const entry = new EntryReader(FIELDS.length, new FieldCache(FIELDS, payload));
    this.progress = new JournalProgress(position);
    this.volatile = new FlushedRanges(position?.volatile);
    this.files = new JournalFiles({
      folders: new JournalFolders(root, now),
      pages: this.pages,
      readers: { entry, payload },
      progress: this.progress,
      sinceUs: sinceMs * 1000,
      now,
      report,
    });
  }

  poll(take: (record: LogRecord) => void, mayGoOn: () => boolean = () => true): boolean {
    this.pages.forget();
    this.files.update();
    const waiting: OpenFile[] = [];
    // All of them first: a position saved after this turn must be valid for each file.
    for (const { cursor } of this.files.open.values()) {
      cursor.update();
      this.progress.observe(cursor.file.header);
    }
    for (const file of this.files.open.values()) {
      if (!file.cursor.look(mayGoOn)) return this.stop(file.cursor);
      if (file.cursor.pending !== undefined) waiting.push(file);
    }
    if (!this.isInUse && this.files.endBefore(this.options.bootMs * 1000)) {
      throw new LeftOverJournalError();
    }
    this.isInUse = true;
    while (waiting.length > 0) {
      const first = indexOfFirst(waiting);
      const file = waiting[first]!;
      this.handOver(file, take);
      if (!file.cursor.look(mayGoOn)) return this.stop(file.cursor);
      if (file.cursor.pending === undefined) waiting.splice(first, 1);
      else if (!mayGoOn()) return this.stop(file.cursor);
    }
    this.oldestUnreadMs = undefined;
    this.files.closeFinished();
    return true;
  }

  get lostBytes(): number {
    return this.progress.lostBytes;
  }

  position(): JournalPosition {
    const { covered, coveredUs, isFirst } = this.progress;
    if (isFirst) return { kind: "journal" };
    return {
      kind: "journal",
      files: this.files.offsets(),
      unread: this.files.unreadBytes(),
      seqnums: Object.fromEntries(covered),
      timeUs: coveredUs,
      volatile: this.volatile.toJSON(),
    };
  }

  close(): void {
    this.files.close();
  }

  /** Ends a call before everything is read; the oldest unread entry is where it stopped. */
  private stop(cursor: FileCursor): false {
    this.oldestUnreadMs = Math.floor(cursor.reachedUs / 1000);
    for (const other of this.files.open.values()) other.cursor.estimateUnread();
    return false;
  }

  private handOver({ cursor, path }: OpenFile, take: (record: LogRecord) => void): void {
    const { record, bootId, monotonicUs } = cursor.pending!;
    cursor.take();
    if (path.isVolatile) this.volatile.add(path.namespace, bootId, monotonicUs);
    else if (this.volatile.has(path.namespace, bootId, monotonicUs)) return;
    take(record);
  }

  private report(message: string): void {
    if (this.reported.has(message)) return;
    this.reported.add(message);
    this.options.report(message);
  }
}

/** The index of the file with the earliest pending record. */
function indexOfFirst(files: readonly OpenFile[]): number {
  let first = 0;
  for (let i = 1; i < files.length; i++) if (isBefore(files[i]!, files[first]!)) first = i;
  return first;
}

/** Compares by sequence number when both files share a counter, else by time. */
function isBefore(one: OpenFile, other: OpenFile): boolean {
  const a = one.cursor.pending!;
  const b = other.cursor.pending!;
  const isOneCounter = one.cursor.file.header.seqnumId === other.cursor.file.header.seqnumId;
  return isOneCounter ? a.seqnum < b.seqnum : a.realtimeUs < b.realtimeUs;
}

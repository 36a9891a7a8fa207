/**
 * What sshd, dropbear, login, su and sudo logged to the systemd journal, read from its files:
 * https://systemd.io/JOURNAL_FILE_FORMAT/
 *
 * Only their entries are visited, through the index that each file has, so the size of a journal
 * costs nothing. Between two calls an unchanged file costs one read of its header.
 */
import type { LogPosition, LogReader, LogRecord } from "../record.ts";
import type { Root } from "../../root.ts";
import { EntryReader } from "./entry.ts";
import { FieldCache } from "./field_cache.ts";
import { JournalFolders } from "./folders.ts";
import { LeftOverJournalError } from "./header.ts";
import { JournalFiles, type OpenFile } from "./file_set.ts";
import { Pages } from "./pages.ts";
import { PayloadReader } from "./payload.ts";
import { JournalProgress } from "./position.ts";
import type { FileCursor } from "./file_cursor.ts";
import { FIELDS } from "./trust.ts";
import { FlushedRanges } from "./flushed_ranges.ts";

/** After so many records other work gets its turn; some 10 ms. */
const YIELD_EVERY = 1000;

export interface JournalOptions {
  /** The first reading of all begins with the first entry not older than this. */
  sinceMs: number;
  /** Where to go on instead, from an earlier reader. */
  position?: LogPosition | undefined;
  /** When the host booted, in milliseconds since the epoch: a journal that ends before is left over. */
  bootMs: number;
  /** The time in milliseconds since the epoch. */
  now: () => number;
  /** Called once for each thing that can't be read but does not stop the rest. */
  report: (message: string) => void;
}

export class JournalReader implements LogReader {
  private readonly pages = new Pages();
  private readonly files: JournalFiles;
  private readonly progress: JournalProgress;
  private readonly volatile: FlushedRanges;
  private readonly reported = new Set<string>();
  private isClosed = false;
  /** False until it was seen that somebody writes to this journal. */
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

  async poll(take: (record: LogRecord) => void): Promise<void> {
    this.pages.forget();
    this.files.update();
    const waiting: OpenFile[] = [];
    for (const file of this.files.open.values()) {
      file.tracked.update();
      this.progress.observe(file.tracked.file.header);
      if (!file.tracked.look()) await this.lookOn(file.tracked);
      if (this.isClosed) return;
      if (file.tracked.pending !== undefined) waiting.push(file);
    }
    if (!this.isInUse && this.files.endBefore(this.options.bootMs * 1000)) {
      throw new LeftOverJournalError();
    }
    this.isInUse = true;
    for (let count = 1; waiting.length > 0; count++) {
      const first = indexOfFirst(waiting);
      const file = waiting[first]!;
      this.handOver(file, take);
      if (!file.tracked.look()) await this.lookOn(file.tracked);
      else if (count % YIELD_EVERY === 0) await Bun.sleep(0);
      if (this.isClosed) return;
      if (file.tracked.pending === undefined) waiting.splice(first, 1);
    }
    this.files.closeFinished();
  }

  position(): LogPosition {
    const { covered, coveredUs, isFirst } = this.progress;
    if (isFirst) return {};
    return {
      files: this.files.offsets(),
      seqnums: Object.fromEntries(covered),
      timeUs: coveredUs,
      volatile: this.volatile.toJSON(),
    };
  }

  close(): void {
    this.isClosed = true;
    this.files.close();
  }

  /** Looks on in turns with other work: who fills a journal in sshd's name is not to hold that up. */
  private async lookOn(tracked: FileCursor): Promise<void> {
    do {
      await Bun.sleep(0);
    } while (!this.isClosed && !tracked.look());
  }

  private handOver({ tracked, path }: OpenFile, take: (record: LogRecord) => void): void {
    const { record, bootId, monotonicUs } = tracked.pending!;
    tracked.take();
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

/** Which of the files has the record that was written first. */
function indexOfFirst(files: readonly OpenFile[]): number {
  let first = 0;
  for (let i = 1; i < files.length; i++) if (isBefore(files[i]!, files[first]!)) first = i;
  return first;
}

/** By number where both count from one counter, else by the clock. */
function isBefore(one: OpenFile, other: OpenFile): boolean {
  const a = one.tracked.pending!;
  const b = other.tracked.pending!;
  const isOneCounter = one.tracked.file.header.seqnumId === other.tracked.file.header.seqnumId;
  return isOneCounter ? a.seqnum < b.seqnum : a.realtimeUs < b.realtimeUs;
}

/** How far a journal was read, in the form that survives a restart. */
import type { LogPosition } from "../record.ts";
import type { JournalHeader } from "./header.ts";
import type { Start } from "./file_cursor.ts";

export class JournalProgress {
  /**
   * By seqnum_id: everything up to this number is in files that were known when it was read. It lags
   * by one call, for a file may come into being between the listing of its folder and the reading of
   * another file's number.
   */
  readonly covered = new Map<string, number>();
  /** The same as a time, for files whose numbers say nothing. */
  coveredUs = 0;
  /** By file_id and value, as long as the file was not found: the last entry that was handed over. */
  readonly saved = new Map<string, Map<string, number>>();

  /** Bytes of files that were gone before they could be read. */
  lostBytes = 0;
  /** By file_id: how much of the file was unread when the position was saved. */
  private readonly unread: Map<string, number>;

  private readonly observed = new Map<string, number>();
  private observedUs = 0;
  private isConfirmed = false;
  /** True while there is no earlier reading to go on from. */
  isFirst: boolean;

  /**
   * @param position what an earlier reader left; anything in it that makes no sense is ignored
   */
  constructor(position: LogPosition | undefined) {
    const { files, unread, seqnums, timeUs } = position ?? {};
    this.isFirst = !isRecord(files);
    for (const [fileId, offsets] of entriesOf(files)) {
      this.saved.set(fileId, new Map(numbersOf(offsets)));
    }
    this.unread = new Map(numbersOf(unread));
    for (const [id, seqnum] of numbersOf(seqnums)) this.covered.set(id, seqnum);
    if (typeof timeUs === "number" && timeUs > 0) this.coveredUs = timeUs;
  }

  /**
   * Where to begin in a file that has just been met.
   *
   * @param sinceUs where the first reading of all begins, in microseconds since the epoch
   */
  startOf(header: JournalHeader, isVolatile: boolean, sinceUs: number): Start {
    const offsets = this.saved.get(header.fileId);
    this.unread.delete(header.fileId);
    if (offsets !== undefined) return { kind: "offsets", offsets };
    if (this.isFirst) return { kind: "time", realtimeUs: sinceUs };
    const seqnum = this.covered.get(header.seqnumId);
    if (seqnum !== undefined) return { kind: "seqnum", seqnum };
    // Below /run a new count begins with each boot, and early in a boot the clock may be wrong.
    return isVolatile ? { kind: "beginning" } : { kind: "time", realtimeUs: this.coveredUs };
  }

  /** The newest that a file has. */
  observe(header: JournalHeader): void {
    const seqnum = this.observed.get(header.seqnumId) ?? 0;
    this.observed.set(header.seqnumId, Math.max(seqnum, header.tailSeqnum));
    this.observedUs = Math.max(this.observedUs, header.tailRealtimeUs);
  }

  /** The folders have been listed since those headers were read, and every file opened. */
  confirm(): void {
    this.isFirst = false;
    // What two listings did not find is gone; one may miss a file that is renamed before it is opened.
    if (this.isConfirmed) {
      this.saved.clear();
      for (const bytes of this.unread.values()) this.lostBytes += bytes;
      this.unread.clear();
    }
    this.isConfirmed = true;
    for (const [id, seqnum] of this.observed) {
      this.covered.set(id, Math.max(this.covered.get(id) ?? 0, seqnum));
    }
    this.coveredUs = Math.max(this.coveredUs, this.observedUs);
  }

  /** True when a file need not be remembered, for its numbers tell that it was read. */
  covers(header: JournalHeader): boolean {
    return header.tailSeqnum <= (this.covered.get(header.seqnumId) ?? -1);
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

function numbersOf(value: unknown): [string, number][] {
  return entriesOf(value).filter((pair): pair is [string, number] => typeof pair[1] === "number");
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How far a journal was read, in the form that survives a restart. */
import { savedEntries, savedList, savedNumber } from "../../saved_value.ts";
import type { JournalHeader } from "./header.ts";
import type { Start } from "./file_cursor.ts";

type Numbers = Record<string, number>;

export interface JournalPosition {
  kind: "journal";
  /**
   * By file_id and value: the offset of the last entry that was handed over. Undefined, as all the rest,
   * until a reading came to an end: the next reader begins like the first.
   */
  files?: Record<string, Numbers>;
  /** By file_id: bytes that were not read yet. Version 1.0.0 did not save it. */
  unread?: Numbers;
  /** By seqnum_id: the number up to which everything was read. */
  seqnums?: Numbers;
  /** The same as a time, in microseconds since the epoch. */
  timeUs?: number;
  /** What `FlushedRanges` knows. */
  volatile?: Record<string, [firstUs: number, lastUs: number]>;
}

/** @throws SavedStateError for a value that no journal reader's `position()` made */
export function readJournalPosition(saved: Record<string, unknown>): JournalPosition {
  const { files, unread, seqnums, timeUs, volatile } = saved;
  if (files === undefined) return { kind: "journal" };
  return {
    kind: "journal",
    files: Object.fromEntries(savedEntries(files, "journal files", readNumbers)),
    unread: readNumbers(unread ?? {}, "unread bytes of journal files"),
    seqnums: readNumbers(seqnums, "journal's sequence numbers"),
    timeUs: savedNumber(timeUs, "journal's time"),
    volatile: Object.fromEntries(savedEntries(volatile, "volatile journal's times", readRange)),
  };
}

function readNumbers(value: unknown, what: string): Numbers {
  return Object.fromEntries(savedEntries(value, what, savedNumber));
}

function readRange(value: unknown, what: string): [number, number] {
  const range = savedList(value, what);
  return [savedNumber(range[0], what), savedNumber(range[1], what)];
}

export class JournalProgress {
  /**
   * By seqnum_id: everything up to this number is in files that were known when it was read. It lags
   * by one call, for a file may come into being between the listing of its folder and the reading of
   * another file's number.
   */
  readonly covered: Map<string, number>;
  /** The same as a time, for files whose numbers say nothing. */
  coveredUs: number;
  /** By file_id and value, as long as the file was not found: the last entry that was handed over. */
  readonly saved = new Map<string, Map<string, number>>();

  /** Bytes of files that were gone before they could be read. */
  lostBytes = 0;
  /** By file_id, as long as the file was not found: how much of it was unread when the position was saved. */
  readonly unread: Map<string, number>;

  private readonly observed = new Map<string, number>();
  private observedUs = 0;
  private isConfirmed = false;
  /** True while there is no earlier reading to go on from. */
  isFirst: boolean;

  /** @param position what an earlier reader left */
  constructor(position: JournalPosition | undefined) {
    const { files, unread = {}, seqnums = {}, timeUs = 0 } = position ?? {};
    this.isFirst = files === undefined;
    for (const [fileId, offsets] of Object.entries(files ?? {})) {
      this.saved.set(fileId, new Map(Object.entries(offsets)));
    }
    this.unread = new Map(Object.entries(unread));
    this.covered = new Map(Object.entries(seqnums));
    this.coveredUs = timeUs;
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

  /**
   * The folders have been listed since those headers were read.
   *
   * @param isComplete whether every file that was listed was opened, too
   */
  confirm(isComplete: boolean): void {
    this.isFirst = false;
    if (!isComplete) return;
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

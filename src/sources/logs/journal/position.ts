/** The position up to which a journal was read, as saved across restarts. */
import { savedEntries, savedList, savedNumber } from "../../saved_value.ts";
import type { JournalHeader } from "./header.ts";
import type { Start } from "./file_cursor.ts";

type Numbers = Record<string, number>;

export interface JournalPosition {
  kind: "journal";
  /**
   * By file_id and value: the offset of the last returned entry. Undefined, like the other fields, until a reading has
   * reached the end; until then the next reader starts like the first one.
   */
  files?: Record<string, Numbers>;
  /** By file_id: the unread bytes. Version 1.0.0 did not save it. */
  unread?: Numbers;
  /** By seqnum_id: the sequence number up to which everything was read. */
  seqnums?: Numbers;
  /** The same as a time, in microseconds since the epoch. */
  timeUs?: number;
  /** The state of `FlushedRanges`. */
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
   * By seqnum_id: all entries up to this number are in files that were known at the time. It lags by one call, since a
   * file may be created between the listing of its folder and the reading of another file's number.
   */
  readonly covered: Map<string, number>;
  /** The same as a time, for files with another numbering. */
  coveredUs: number;
  /** For files not found yet, by file_id and value: the last returned entry. */
  readonly saved = new Map<string, Map<string, number>>();

  /** Bytes of files that were gone before they could be read. */
  lostBytes = 0;
  /** For files not found yet, by file_id: the unread bytes when the position was saved. */
  readonly unread: Map<string, number>;

  private readonly observed = new Map<string, number>();
  private observedUs = 0;
  private isConfirmed = false;
  /** True when there is no earlier reading to continue. */
  isFirst: boolean;

  /** @param position the position saved by an earlier reader */
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
   * Where to begin in a newly found file.
   *
   * @param sinceUs where the very first reading begins, in microseconds since the epoch
   */
  startOf(header: JournalHeader, isVolatile: boolean, sinceUs: number): Start {
    const offsets = this.saved.get(header.fileId);
    this.unread.delete(header.fileId);
    if (offsets !== undefined) return { kind: "offsets", offsets };
    if (this.isFirst) return { kind: "time", realtimeUs: sinceUs };
    const seqnum = this.covered.get(header.seqnumId);
    if (seqnum !== undefined) return { kind: "seqnum", seqnum };
    // Below /run the numbering restarts at each boot, and early in a boot the clock may be wrong.
    return isVolatile ? { kind: "beginning" } : { kind: "time", realtimeUs: this.coveredUs };
  }

  /** Notes the newest entry of a file. */
  observe(header: JournalHeader): void {
    const seqnum = this.observed.get(header.seqnumId) ?? 0;
    this.observed.set(header.seqnumId, Math.max(seqnum, header.tailSeqnum));
    this.observedUs = Math.max(this.observedUs, header.tailRealtimeUs);
  }

  /**
   * Confirms the observed numbers, once the folders have been listed after the headers were read.
   *
   * @param isComplete whether every listed file was also opened
   */
  confirm(isComplete: boolean): void {
    this.isFirst = false;
    if (!isComplete) return;
    // A file missing in two listings is gone; a single listing may miss a file renamed before it is opened.
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

  /** True when the numbers of a file show that it was read, so that it need not be remembered. */
  covers(header: JournalHeader): boolean {
    return header.tailSeqnum <= (this.covered.get(header.seqnumId) ?? -1);
  }
}

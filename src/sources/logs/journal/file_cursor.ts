/**
 * The entries of interest in one file, one after the other, and how far they have been handed over.
 *
 * Each value that is looked for has a place of its own: journald links an entry into the list of one
 * value after the other, so one place for several lists would lose what is linked behind it.
 */
import type { LogRecord } from "../record.ts";
import type { EntryReader } from "./entry.ts";
import type { JournalFile } from "./file.ts";
import type { JournalHeader } from "./header.ts";
import type { PayloadReader } from "./payload.ts";
import { COMM, IDENTIFIER, IDENTIFIERS, isTrusted, MESSAGE, PID, SYSLOG_PID } from "./trust.ts";
import { ValueIndex } from "./value_index.ts";

/** Where reading begins in a file. */
export type Start =
  | { kind: "beginning" }
  /** At the first entry not older than a time, in microseconds since the epoch. */
  | { kind: "time"; realtimeUs: number }
  /** Behind a sequence number. */
  | { kind: "seqnum"; seqnum: number }
  /** Behind the last entry of each value that was handed over before. */
  | { kind: "offsets"; offsets: ReadonlyMap<string, number> };

/** A record that is yet to be handed over, and what its place in the order depends on. */
export interface PendingRecord {
  record: LogRecord;
  seqnum: number;
  realtimeUs: number;
  monotonicUs: number;
  bootId: string;
  offset: number;
  chain: ValueIndex;
}

/** What all files share to read entries. */
export interface Readers {
  entry: EntryReader;
  payload: PayloadReader;
}

/** So long entries that somebody wrote in another's name are passed over before other work has its turn. */
const TURN_MS = 10;

/** Stands for all values of a file that was skipped. */
const EVERY_VALUE = "*";

const BEGINNING: Start = { kind: "beginning" };

export class FileCursor {
  /** The next record, once it has been looked for. */
  pending: PendingRecord | undefined;
  /** Those by identifier come first: an entry that is in two lists is then met there first. */
  private readonly chains: ValueIndex[];
  /** The header that the file had when the lists were looked at last. */
  private seen: JournalHeader | undefined;
  /** False while an entry that the header counts may still be missing in the lists. */
  private isSettled = false;
  /** The last entry that a list by identifier led to. */
  private identified = 0;
  /** True for an archive that ends before the place to start at. */
  private isSkipped = false;

  constructor(
    readonly file: JournalFile,
    private readonly readers: Readers,
    private start: Start,
    /** True when its name is one that journald gives to files that it is done with. */
    public hasArchiveName: boolean,
  ) {
    this.chains = [IDENTIFIER, COMM].flatMap((field) =>
      IDENTIFIERS.map((identifier) => new ValueIndex(field, identifier, file)),
    );
  }

  /** Looks for what was added. An unchanged file costs one read of its header. */
  update(): void {
    const { file, seen } = this;
    file.refresh();
    const { header } = file;
    if (header === seen && this.isSettled) return;
    // The header counts an entry before the lists have it: look once more when it stands still.
    this.isSettled = header === seen || this.isArchived;
    this.seen = header;
    if (this.isArchived && this.isOld()) {
      this.isSkipped = true;
      return;
    }
    // Files of the first versions don't count their data.
    const hasNewData = header.dataCount === 0 || header.dataCount !== seen?.dataCount;
    for (const chain of this.chains) {
      if (chain.update(this.readers.payload, hasNewData)) chain.last = this.seek(chain);
    }
    // A value that turns up later is new altogether.
    if (this.start.kind !== "offsets") this.start = BEGINNING;
  }

  /** True when nothing can be added any more and everything was handed over. */
  get isFinished(): boolean {
    return this.isArchived && this.isSettled && this.pending === undefined;
  }

  /** Nobody writes to it: its header says so, or its name, where the writer died before it could. */
  get isArchived(): boolean {
    return this.file.header.archived || this.hasArchiveName;
  }

  /**
   * Looks for the next record, which is `pending` from then on, until `take` is called.
   *
   * @returns false when it has passed over so many entries that other work should have its turn
   */
  look(): boolean {
    if (this.pending !== undefined) return true;
    const endMs = performance.now() + TURN_MS;
    while (this.pending === undefined) {
      if (performance.now() > endMs) return false;
      const chain = this.nextChain();
      if (chain === undefined) return true;
      const offset = chain.list.peek();
      chain.list.skip();
      if (!this.isMember(chain, offset)) continue;
      this.pending = this.recordOf(chain, offset);
      if (this.pending === undefined) chain.last = offset;
    }
    return true;
  }

  take(): void {
    const { pending } = this;
    if (pending === undefined) return;
    pending.chain.last = pending.offset;
    this.pending = undefined;
  }

  /** The offset of the last entry of each value that was handed over. */
  offsets(): Record<string, number> {
    const offsets: Record<string, number> = {};
    if (this.isSkipped) return { [EVERY_VALUE]: this.file.header.endOffset };
    for (const chain of this.chains) if (chain.last > 0) offsets[chain.text] = chain.last;
    return offsets;
  }

  /** True when even the last entry was written before the place to start at. */
  private isOld(): boolean {
    const { start, file } = this;
    if (start.kind === "time") return file.header.tailRealtimeUs < start.realtimeUs;
    return start.kind === "seqnum" && file.header.tailSeqnum <= start.seqnum;
  }

  private seek(chain: ValueIndex): number {
    const { start, file } = this;
    const { entry } = this.readers;
    switch (start.kind) {
      case "beginning":
        return 0;
      case "offsets": {
        const done = start.offsets.get(chain.text) ?? start.offsets.get(EVERY_VALUE) ?? 0;
        return done === 0 ? 0 : chain.list.seek((offset) => offset > done);
      }
      case "time":
        return chain.list.seek(
          (offset) => !entry.readHead(file, offset) || entry.realtimeUs >= start.realtimeUs,
        );
      case "seqnum":
        return chain.list.seek(
          (offset) => !entry.readHead(file, offset) || entry.seqnum > start.seqnum,
        );
    }
  }

  /** The list whose next entry was written first; lists are in the order of writing. */
  private nextChain(): ValueIndex | undefined {
    let next: ValueIndex | undefined;
    let lowest = Infinity;
    for (const chain of this.chains) {
      let offset = chain.list.peek();
      while (offset !== 0 && offset <= chain.last) {
        chain.list.skip();
        offset = chain.list.peek();
      }
      if (offset === 0 || offset >= lowest) continue;
      next = chain;
      lowest = offset;
    }
    return next;
  }

  /** Reads an entry, and whether it is really one of the list's, for the list may be damaged. */
  private isMember(chain: ValueIndex, offset: number): boolean {
    // The list by identifier had it just before; to read it twice would be the whole work again.
    if (chain.field === COMM && offset === this.identified) return true;
    const { entry } = this.readers;
    return entry.read(this.file, offset) && entry.values[chain.field] === chain.value;
  }

  /** The record of the entry read last, or undefined when it is forged or another list's to give. */
  private recordOf(chain: ValueIndex, offset: number): PendingRecord | undefined {
    const { entry } = this.readers;
    const { values, complete } = entry;
    if (chain.field === IDENTIFIER) this.identified = offset;
    else if (offset === this.identified || values[IDENTIFIER] !== undefined || !complete) {
      return undefined;
    }
    const message = values[MESSAGE];
    const pid = parsePid(values[PID] ?? (complete ? values[SYSLOG_PID] : undefined));
    if (message === undefined || (pid === undefined && !complete)) return undefined;
    if (!isTrusted(chain.value, values, complete)) return undefined;
    const { seqnum, realtimeUs, monotonicUs, bootId } = entry;
    const timeMs = Math.floor(realtimeUs / 1000);
    const record: LogRecord = { timeMs, identifier: chain.value, pid, message, copies: 1 };
    return { record, seqnum, realtimeUs, monotonicUs, bootId, offset, chain };
  }
}

function parsePid(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

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
import { logindFieldsOf } from "./logind_fields.ts";
import type { PayloadReader } from "./payload.ts";
import { FIELD, IDENTIFIERS, isTrusted, LOGIND_IDENTIFIER } from "./trust.ts";
import { TrustedValues } from "./trusted_values.ts";
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

/** Stands for all values of a file that was skipped. */
const EVERY_VALUE = "*";

const BEGINNING: Start = { kind: "beginning" };

export class FileCursor {
  /** The next record, once it has been looked for. */
  pending: PendingRecord | undefined;
  /** When the entry was written that was looked at last, in microseconds since the epoch. */
  reachedUs = 0;
  /** How much of the file lies behind the entry that was looked at last; 0 once all were. */
  unreadBytes = 0;
  /** Those by identifier come first: an entry that is in two lists is then met there first. */
  private readonly chains: ValueIndex[];
  /** The header that the file had when the lists were looked at last. */
  private seen: JournalHeader | undefined;
  /** False while an entry that the header counts may still be missing in the lists. */
  private isSettled = false;
  /** Those of the lists in which there may be more. */
  private active: ValueIndex[] = [];
  private readonly trusted: TrustedValues;
  /** The last entry that a list by identifier led to: it can be in two lists. */
  private examined = 0;
  /** True for an archive that ends before the place to start at. */
  private isSkipped = false;

  constructor(
    readonly file: JournalFile,
    private readonly readers: Readers,
    private start: Start,
    /** True when its name is one that journald gives to files that it is done with. */
    public hasArchiveName: boolean,
  ) {
    this.chains = [FIELD.identifier, FIELD.comm].flatMap((field) =>
      IDENTIFIERS.map((identifier) => new ValueIndex(field, identifier, file)),
    );
    this.trusted = new TrustedValues(file);
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
    this.active = this.chains.filter((chain) => chain.isFound);
    // Entries are written before the lists have them: what is read from here on is whole.
    file.pages.forget(file.fd);
    if (hasNewData) this.trusted.update(this.readers.payload);
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
   * @param mayGoOn asked after each entry that is passed over
   * @returns false when it stopped before it knew whether there is a next record
   */
  look(mayGoOn: () => boolean): boolean {
    for (let passed = 0; this.pending === undefined; passed++) {
      if (passed > 0 && !mayGoOn()) return false;
      const chain = this.nextChain();
      if (chain === undefined) {
        this.unreadBytes = 0;
        return true;
      }
      const offset = chain.list.peek();
      chain.list.skip();
      this.unreadBytes = Math.max(1, this.file.header.tailOffset - offset);
      const isByName = chain.field === FIELD.comm;
      // The list by identifier had it just before.
      if (!isByName || offset !== this.examined) this.pending = this.examine(chain, offset);
      if (!isByName) this.examined = offset;
      this.reachedUs = this.readers.entry.realtimeUs;
      if (this.pending === undefined) chain.last = offset;
    }
    return true;
  }

  /** Tells `unreadBytes` of a file that a reading which ended early has not come to. */
  estimateUnread(): void {
    const offset = this.unreadBytes > 0 ? 0 : (this.nextChain()?.list.peek() ?? 0);
    if (offset > 0) this.unreadBytes = Math.max(1, this.file.header.tailOffset - offset);
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
    let isOver = false;
    for (const chain of this.active) {
      let offset = chain.list.peek();
      while (offset !== 0 && offset <= chain.last) {
        chain.list.skip();
        offset = chain.list.peek();
      }
      if (offset === 0) isOver = true;
      if (offset === 0 || offset >= lowest) continue;
      next = chain;
      lowest = offset;
    }
    if (isOver) this.active = this.active.filter((chain) => chain.list.peek() !== 0);
    return next;
  }

  /**
   * The record of an entry that a list led to, or undefined when it is forged, or another list's to
   * give, or not really the list's, which may be damaged.
   */
  private examine(chain: ValueIndex, offset: number): PendingRecord | undefined {
    const { file, trusted } = this;
    const { entry } = this.readers;
    // Before anything is hashed or decoded, since there may be many that somebody forged.
    if (entry.open(file, offset) && !trusted.mayTrust(chain.value, entry)) return undefined;
    if (!entry.read(file, offset)) return undefined;
    const { values, complete } = entry;
    if (values[chain.field] !== chain.value) return undefined;
    const isByName = chain.field === FIELD.comm;
    if (isByName && (values[FIELD.identifier] !== undefined || !complete)) return undefined;
    const message = values[FIELD.message];
    const pid = parsePid(values[FIELD.pid] ?? (complete ? values[FIELD.syslogPid] : undefined));
    if (message === undefined || (pid === undefined && !complete)) return undefined;
    if (!isTrusted(chain.value, values, complete)) {
      const exe = entry.itemOf[FIELD.exe];
      if (values[FIELD.exe] !== undefined && exe !== undefined) trusted.refuse(exe);
      return undefined;
    }
    const { seqnum, realtimeUs, monotonicUs, bootId } = entry;
    const timeMs = Math.floor(realtimeUs / 1000);
    const record: LogRecord = { timeMs, identifier: chain.value, pid, message, copies: 1 };
    if (chain.value === LOGIND_IDENTIFIER) record.logind = logindFieldsOf(entry);
    return { record, seqnum, realtimeUs, monotonicUs, bootId, offset, chain };
  }
}

function parsePid(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

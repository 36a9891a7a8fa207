/**
 * Iterates over the wanted entries of one file, and tracks which have been returned.
 *
 * Each wanted value has its own position: journald appends an entry to the lists of its values one by one, so a shared
 * position would lose entries appended later to one of the lists.
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
  /** After a sequence number. */
  | { kind: "seqnum"; seqnum: number }
  /** After the last returned entry of each value. */
  | { kind: "offsets"; offsets: ReadonlyMap<string, number> };

/** A record not yet returned, with the numbers that determine its order. */
export interface PendingRecord {
  record: LogRecord;
  seqnum: number;
  realtimeUs: number;
  monotonicUs: number;
  bootId: string;
  offset: number;
  chain: ValueIndex;
}

/** The readers shared by all files. */
export interface Readers {
  entry: EntryReader;
  payload: PayloadReader;
}

/** The key that stands for all values of a skipped file. */
const EVERY_VALUE = "*";

const BEGINNING: Start = { kind: "beginning" };

export class FileCursor {
  /** The next record, after `look` has found it. */
  pending: PendingRecord | undefined;
  /** The time of the last entry examined, in microseconds since the epoch. */
  reachedUs = 0;
  /** Bytes of the file after the last entry examined; 0 at the end. */
  unreadBytes = 0;
  /** Lists by identifier come first, so that an entry in two lists is found there first. */
  private readonly chains: ValueIndex[];
  /** The file's header at the last update of the lists. */
  private seen: JournalHeader | undefined;
  /** False while an entry counted in the header may be missing in the lists. */
  private isSettled = false;
  /** The lists that may have more entries. */
  private active: ValueIndex[] = [];
  private readonly trusted: TrustedValues;
  /** The last entry from a list by identifier, which may be in two lists. */
  private examined = 0;
  /** True for an archive that ends before the start. */
  private isSkipped = false;

  constructor(
    readonly file: JournalFile,
    private readonly readers: Readers,
    private start: Start,
    /** True when the file's name is that of an archived file. */
    public hasArchiveName: boolean,
  ) {
    this.chains = [FIELD.identifier, FIELD.comm].flatMap((field) =>
      IDENTIFIERS.map((identifier) => new ValueIndex(field, identifier, file)),
    );
    this.trusted = new TrustedValues(file);
  }

  /** Updates the lists with new entries. An unchanged file costs one read of its header. */
  update(): void {
    const { file, seen } = this;
    file.refresh();
    const { header } = file;
    if (header === seen && this.isSettled) return;
    // The header counts an entry before the lists have it, so update once more when it no longer changes.
    this.isSettled = header === seen || this.isArchived;
    this.seen = header;
    if (this.isArchived && this.isOld()) {
      this.isSkipped = true;
      return;
    }
    // Files of the first versions have no count of DATA objects.
    const hasNewData = header.dataCount === 0 || header.dataCount !== seen?.dataCount;
    for (const chain of this.chains) {
      if (chain.update(this.readers.payload, hasNewData)) chain.last = this.seek(chain);
    }
    this.active = this.chains.filter((chain) => chain.isFound);
    // Entries are written before the lists refer to them, so pages read from here on have whole entries.
    file.pages.forget(file.fd);
    if (hasNewData) this.trusted.update(this.readers.payload);
    // A value that appears later has only new entries.
    if (this.start.kind !== "offsets") this.start = BEGINNING;
  }

  /** True when the file is archived and all entries were returned. */
  get isFinished(): boolean {
    return this.isArchived && this.isSettled && this.pending === undefined;
  }

  /**
   * Whether journald has finished the file: by its header, or by its name if journald died before it wrote the header.
   */
  get isArchived(): boolean {
    return this.file.header.archived || this.hasArchiveName;
  }

  /**
   * Finds the next record, which stays in `pending` until `take` is called.
   *
   * @param mayGoOn called after each skipped entry
   * @returns false when it stopped before it found out whether there is a next record
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
      // The list by identifier has just had it.
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

  /** The offset of the last returned entry of each value. */
  offsets(): Record<string, number> {
    const offsets: Record<string, number> = {};
    if (this.isSkipped) return { [EVERY_VALUE]: this.file.header.endOffset };
    for (const chain of this.chains) if (chain.last > 0) offsets[chain.text] = chain.last;
    return offsets;
  }

  /** True when even the last entry is older than the start. */
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

  /** The list with the earliest next entry. */
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
   * The record of an entry from a list; undefined when it is forged, is returned by another list, or does not have the
   * list's value because the list is damaged.
   */
  private examine(chain: ValueIndex, offset: number): PendingRecord | undefined {
    const { file, trusted } = this;
    const { entry } = this.readers;
    // Checked before anything is hashed or decoded, since there may be many forged entries.
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

import { type LogPosition, readPosition } from "../../sources/logs/position.ts";
import type { LogReader, LogRecord } from "../../sources/logs/record.ts";
import { Attempts } from "./attempts.ts";
import { WINDOW_SECONDS } from "./failure_window.ts";
import type { HostFacts } from "./host_facts.ts";
import type { Emit } from "./outcome.ts";
import { savedFlag, savedNumber, savedOptional, savedRecord } from "../../sources/saved_value.ts";
import type { Tally } from "./tally.ts";

/** What a reader needs to continue where the saved state ended. */
export interface Resumption {
  /** For the reader; undefined on a first start. */
  position: LogPosition | undefined;
  /** Where the reader begins when it can't use the position, in milliseconds since the epoch. */
  sinceMs: number;
  state: LogState;
}

/** The state of a log besides the position in it. */
export interface LogState {
  /** Connections and runs of sudo whose outcome is still open. */
  attempts: Attempts;
  /** The time of the newest record, in milliseconds since the epoch. */
  lastRecordMs: number | undefined;
  /** When counting began: older records count in the window of the last hour and nowhere else. */
  startMs: number;
  /** False until everything that the log held at the start has been read. */
  isLive: boolean;
}

/** The first moment after a record. A stamp of whole seconds, as RFC 3164 has it, stands for all of its second. */
function behind(recordMs: number): number {
  return recordMs + (recordMs % 1000 === 0 ? 1000 : 1);
}

/** Where to begin in a log that was never read. */
function firstReading(startMs: number, attempts: Attempts): Resumption {
  return {
    position: undefined,
    sinceMs: startMs - WINDOW_SECONDS * 1000,
    state: { attempts, lastRecordMs: undefined, startMs, isLive: false },
  };
}

/**
 * Where to begin in a log that is read from now on, beside others or instead of them: after their newest record. There
 * are no others at the first start.
 *
 * @param startMs when the program began to count
 * @param attempts the open attempts of a log that is no longer read
 */
export function succeeding(
  others: readonly LogState[],
  startMs: number,
  nowMs: number,
  attempts = new Attempts(),
): Resumption {
  const [first] = others;
  if (first === undefined) return firstReading(startMs, attempts);
  const lastRecordMs = Math.max(...others.map((state) => state.lastRecordMs ?? state.startMs));
  return {
    position: undefined,
    sinceMs: Math.min(behind(lastRecordMs), nowMs),
    state: { attempts, lastRecordMs, startMs: first.startMs, isLive: first.isLive },
  };
}

/**
 * @param value what a `CountedLog` gave to JSON
 * @throws SavedStateError for a value that is damaged
 */
export function resumeLog(value: unknown, nowMs: number, host?: HostFacts): Resumption {
  const saved = savedRecord(value, "log");
  const lastRecordMs = savedOptional(saved["lastRecordMs"], "last record's time", savedNumber);
  const startMs = savedNumber(saved["startMs"], "start");
  // Version 1.0.0 saved its state only once it was live.
  const isLive = saved["isLive"] === undefined || savedFlag(saved["isLive"], "isLive");
  const beginMs = isLive ? startMs : startMs - WINDOW_SECONDS * 1000;
  return {
    position: readPosition(saved["position"]),
    // If the clock was set back, what is written until it catches up must not be skipped.
    sinceMs: Math.min(lastRecordMs === undefined ? beginMs : behind(lastRecordMs), nowMs),
    state: { attempts: Attempts.from(saved["attempts"], host), lastRecordMs, startMs, isLive },
  };
}

/** One log, the position in it, and the counts of what was read. */
export class CountedLog {
  private readonly attempts: Attempts;
  private readonly startMs: number;
  lastRecordMs: number | undefined;
  private isLive: boolean;
  /** False while there is nothing to save. */
  private wasRead: boolean;
  /** Whether the last reading stopped before everything was read. */
  isBehind = false;
  private notedBytes = 0;

  /**
   * @param counts whether a record counts; false when another log has it, too
   * @param state the state saved together with the reader's position
   */
  constructor(
    private readonly reader: LogReader,
    private readonly tally: Tally,
    state: LogState,
    private readonly counts: (record: LogRecord) => boolean = () => true,
  ) {
    this.attempts = state.attempts;
    this.lastRecordMs = state.lastRecordMs;
    this.startMs = state.startMs;
    this.isLive = state.isLive;
    this.wasRead = state.isLive || state.lastRecordMs !== undefined;
  }

  /**
   * Counts what is new.
   *
   * @param mayGoOn called after each small piece of work
   * @returns false when it stopped before everything was read
   * @throws the reader's error when the log can't be read; the next call continues from there
   */
  read(nowMs: number, mayGoOn?: () => boolean): boolean {
    let isLive = this.isLive;
    const emit: Emit = (outcome) => this.tally.take(outcome, isLive, nowMs);
    this.isBehind = true;
    const isDone = this.reader.poll((record) => {
      this.lastRecordMs = Math.max(this.lastRecordMs ?? record.timeMs, record.timeMs);
      isLive = this.isLive || (record.timeMs > this.startMs && record.timeMs <= nowMs);
      if (this.counts(record)) this.attempts.take(record, emit);
    }, mayGoOn);
    this.wasRead = true;
    if (!isDone) return false;
    this.isBehind = false;
    isLive = this.isLive;
    this.attempts.settle(nowMs, emit);
    this.isLive = true;
    return true;
  }

  /** Counts a held record that no better log turned out to have. */
  countLate(record: LogRecord, nowMs: number): void {
    this.attempts.take(record, (outcome) => this.tally.take(outcome, this.isLive, nowMs));
  }

  /** When the oldest entry was written that is still unread; undefined when there is none. */
  get oldestUnreadMs(): number | undefined {
    return this.reader.oldestUnreadMs;
  }

  /** The bytes lost since the last call. */
  takeLostBytes(): number {
    const { lostBytes } = this.reader;
    const bytes = lostBytes - this.notedBytes;
    this.notedBytes = lostBytes;
    return bytes;
  }

  /** The state for a log that replaces this one. */
  get state(): LogState {
    const { attempts, lastRecordMs, startMs, isLive } = this;
    return { attempts, lastRecordMs, startMs, isLive };
  }

  close(): void {
    this.reader.close();
  }

  /**
   * The position in the log and its state. Undefined before the first reading: there is nothing to save, so a restart
   * begins as this start did.
   */
  toJSON(): Record<string, unknown> | undefined {
    if (!this.wasRead) return undefined;
    return {
      position: this.reader.position(),
      startMs: this.startMs,
      lastRecordMs: this.lastRecordMs ?? null,
      isLive: this.isLive,
      attempts: this.attempts,
    };
  }
}

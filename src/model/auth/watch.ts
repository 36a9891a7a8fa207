import type { LogPosition, LogReader } from "../../sources/logs/record.ts";
import { Attempts, type IsRoot } from "./attempts.ts";
import type { Emit } from "./outcome.ts";
import { savedNumber, savedOptional, savedRecord, SavedStateError } from "./saved.ts";
import { Tally } from "./tally.ts";
import { WINDOW_SECONDS } from "./failure_window.ts";

/** Written into the state; another one's state is not read. */
const VERSION = 1;

/** What is needed to make a reader, and to go on counting where the state was saved. */
export interface Resumption {
  /** For the reader; undefined on a first start. */
  position: LogPosition | undefined;
  /** Where the reader is to begin if it can't use the position, in milliseconds since the epoch. */
  sinceMs: number;
  state: WatchState | undefined;
}

/** Counts and half-read connections of an `AuthWatch`. */
export interface WatchState {
  attempts: Attempts;
  tally: Tally;
  lastRecordMs: number | undefined;
}

/**
 * @param value what an `AuthWatch` gave to JSON; undefined on a first start
 * @throws SavedStateError for a value that is damaged or another version's
 */
export function resumeWatch(value: unknown, nowMs: number, isRoot?: IsRoot): Resumption {
  const hourAgoMs = nowMs - WINDOW_SECONDS * 1000;
  if (value === undefined) return { position: undefined, sinceMs: hourAgoMs, state: undefined };
  const saved = savedRecord(value, "the state");
  if (saved["version"] !== VERSION) throw new SavedStateError("the state is another version's");
  const lastRecordMs = savedOptional(saved["lastRecordMs"], "the last record's time", savedNumber);
  return {
    position: savedRecord(saved["position"], "the position"),
    // A clock that was set back since must not make us pass over what is written until it is there again.
    sinceMs: Math.min(
      lastRecordMs === undefined ? savedNumber(saved["startMs"], "the start") : lastRecordMs + 1,
      nowMs,
    ),
    state: {
      attempts: Attempts.from(saved["attempts"], isRoot),
      tally: Tally.from(saved["tally"]),
      lastRecordMs,
    },
  };
}

/** Keeps the counts of one log up to date. */
export class AuthWatch {
  private readonly attempts: Attempts;
  readonly tally: Tally;
  private lastRecordMs: number | undefined;
  private startMs = 0;
  /** False until the hour before the start was read: outcomes from there are not counted. */
  private live: boolean;

  /** @param state what the reader's position was saved with */
  constructor(
    private readonly reader: LogReader,
    state?: WatchState,
    isRoot?: IsRoot,
  ) {
    this.attempts = state?.attempts ?? new Attempts(isRoot);
    this.tally = state?.tally ?? new Tally();
    this.lastRecordMs = state?.lastRecordMs;
    this.live = state !== undefined;
  }

  /**
   * Reads what is new. Calls must not overlap.
   *
   * @throws the reader's error when the log can't be read; the next call goes on from there
   */
  async poll(nowMs: number): Promise<void> {
    if (this.startMs === 0) this.startMs = nowMs;
    const emit: Emit = (outcome) => this.tally.take(outcome, this.live, nowMs);
    await this.reader.poll((record) => {
      this.lastRecordMs = Math.max(this.lastRecordMs ?? record.timeMs, record.timeMs);
      this.attempts.take(record, emit);
    });
    this.attempts.settle(nowMs, emit);
    this.live = true;
  }

  close(): void {
    this.reader.close();
  }

  /**
   * Counts and place in the log, which belong together. Undefined before the log was first read: there
   * is nothing to save then, and a restart is to begin as this start did.
   */
  toJSON(): unknown {
    if (!this.live) return undefined;
    return {
      version: VERSION,
      position: this.reader.position(),
      startMs: this.startMs,
      lastRecordMs: this.lastRecordMs ?? null,
      attempts: this.attempts,
      tally: this.tally,
    };
  }
}

import { CUT_MARK, type LogRecord } from "../../sources/logs/record.ts";
import { AUTH_LOG_PATHS } from "../../sources/logs/text/auth_log_paths.ts";
import { ownText } from "../../sources/own_text.ts";
import {
  savedCount,
  savedList,
  savedNumber,
  savedOptional,
  savedRecord,
  savedText,
} from "../../sources/saved_value.ts";

/** A log counts for a program once every better log has had no line of it for this long. */
const SILENCE_MS = 60_000;
/** The times of one message in two logs differ by at most this. */
const SAME_MS = 5000;
/** Most records held until a better log is read, and most remembered as counted early. */
const MAX_RECORDS = 4096;
/** A text log's rank is its place among these. */
const RANKS = AUTH_LOG_PATHS.length;
/** So much of a held record's text is kept: no program here logs a longer one. With 4,096 records it takes 4 MiB. */
export const MAX_HELD_LENGTH = 1024;
/** Most held records that are saved. */
const MAX_SAVED = 512;

const PROGRAMS: Readonly<Record<string, string>> = {
  "sshd-session": "sshd",
  "sshd-auth": "sshd",
  dropbear: "sshd",
  "sudo-rs": "sudo",
};

/** `hold`: it is not yet known whether the record counts. */
export type Verdict = "count" | "drop" | "hold";

/**
 * Decides which of several text logs counts. A syslog daemon can write one message to two files, and sshd's and sudo's
 * messages to different files. So for each program the best log that has its messages counts, in the order of the list
 * of logs; a worse one counts only while the better ones are silent. What PAM logs in a program's name has another
 * facility than the program's own messages and may go to another file, so it is a kind of its own.
 */
export class Precedence {
  /** By kind of message: the time of the newest one in each log, or 0. */
  private readonly newestMs = new Map<string, number[]>();
  /** Held records of worse logs: they count unless a better log has them. */
  private held: { rank: number; record: LogRecord }[] = [];
  /**
   * The times of records that a worse log counted while the better ones were silent, by a hash of log, program, pid and
   * text.
   */
  private readonly early = new Map<string, number>();

  /**
   * Decides about one record. Read the logs in their order, each to its end before the next.
   *
   * @param rank the place of the record's log in the list of logs
   */
  judge(rank: number, record: LogRecord): Verdict {
    const newest = this.newestOf(kindOf(record));
    const timeMs = wholeSecond(record.timeMs);
    newest[rank] = Math.max(newest[rank] ?? 0, timeMs);
    const bestMs = newestBefore(newest, rank);
    if (bestMs === 0 || timeMs > bestMs + SILENCE_MS) {
      if (this.wasCounted(rank, record)) return "drop";
      if (rank > 0) this.remember(rank, record);
      return "count";
    }
    if (timeMs <= bestMs) return "drop";
    this.held.push({ rank, record: keptOf(record) });
    if (this.held.length > MAX_RECORDS) this.held.shift();
    return "hold";
  }

  /** The held records that count after all, oldest first. Call it when every log has been read to its end. */
  release(nowMs: number): { rank: number; record: LogRecord }[] {
    const due: { rank: number; record: LogRecord }[] = [];
    this.held = this.held.filter(({ rank, record }) => {
      const newest = this.newestOf(kindOf(record));
      const bestMs = newestBefore(newest, rank);
      if (bestMs >= wholeSecond(record.timeMs)) return false;
      const ownMs = newest[rank] ?? 0;
      if (nowMs - record.timeMs < SILENCE_MS && ownMs - bestMs <= SILENCE_MS) return true;
      due.push({ rank, record });
      return false;
    });
    return due;
  }

  private newestOf(kind: string): number[] {
    let newest = this.newestMs.get(kind);
    if (newest === undefined) this.newestMs.set(kind, (newest = []));
    return newest;
  }

  private remember(rank: number, record: LogRecord): void {
    this.early.set(keyOf(rank, record), record.timeMs);
    if (this.early.size > MAX_RECORDS) this.early.delete(this.early.keys().next().value!);
  }

  /** Whether a worse log has just counted the same record. */
  private wasCounted(rank: number, record: LogRecord): boolean {
    if (this.early.size === 0) return false;
    for (let worse = rank + 1; worse < RANKS; worse++) {
      const key = keyOf(worse, record);
      const timeMs = this.early.get(key);
      if (timeMs === undefined || Math.abs(timeMs - record.timeMs) > SAME_MS) continue;
      this.early.delete(key);
      return true;
    }
    return false;
  }

  toJSON(): unknown {
    const held = this.held.slice(-MAX_SAVED).map(({ rank, record }) => {
      const { timeMs, identifier, pid = null, message, copies } = record;
      return [rank, timeMs, identifier, pid, message, copies];
    });
    return { newest: [...this.newestMs], held, early: [...this.early].slice(-MAX_SAVED) };
  }

  /** @throws SavedStateError for a value that `toJSON` did not make */
  static from(value: unknown): Precedence {
    const precedence = new Precedence();
    // Earlier versions saved only the times of the logs.
    const saved = Array.isArray(value)
      ? { newest: value, held: [], early: [] }
      : savedRecord(value, "precedence of logs");
    for (const item of savedList(saved["newest"], "newest messages")) {
      const [kind, times] = savedList(item, "kind of message");
      const newest = savedList(times, "times of logs").map((time) =>
        time === null ? 0 : savedNumber(time, "log's time"),
      );
      precedence.newestMs.set(String(kind), newest);
    }
    for (const item of savedList(saved["held"], "records that wait")) {
      const [rank, timeMs, identifier, pid, message, copies] = savedList(item, "record");
      const record: LogRecord = {
        timeMs: savedNumber(timeMs, "record's time"),
        identifier: savedText(identifier, "record's program"),
        pid: savedOptional(pid, "record's pid", savedNumber),
        message: savedText(message, "record's text"),
        copies: savedCount(copies, "record's copies"),
      };
      precedence.held.push({ rank: savedCount(rank, "record's log"), record: keptOf(record) });
    }
    for (const item of savedList(saved["early"], "records counted early")) {
      const [key, timeMs] = savedList(item, "record counted early");
      precedence.early.set(savedText(key, "record's hash"), savedNumber(timeMs, "record's time"));
    }
    return precedence;
  }
}

/** The same record in memory of its own: its texts are views of a line, which can be 64 KiB long. */
function keptOf(record: LogRecord): LogRecord {
  const { identifier, message } = record;
  const isLong = message.length > MAX_HELD_LENGTH && !isCut(message);
  const kept = isLong ? message.slice(0, MAX_HELD_LENGTH) + CUT_MARK : message;
  return { ...record, identifier: ownText(identifier), message: ownText(kept) };
}

function isCut(message: string): boolean {
  return message.length === MAX_HELD_LENGTH + CUT_MARK.length && message.endsWith(CUT_MARK);
}

/** One log may have time stamps in seconds, the other in microseconds. */
function wholeSecond(timeMs: number): number {
  return Math.floor(timeMs / 1000) * 1000;
}

/** The time of the newest message in the logs before one; 0 for none. */
function newestBefore(newest: readonly (number | undefined)[], rank: number): number {
  let timeMs = 0;
  for (let i = 0; i < rank; i++) timeMs = Math.max(timeMs, newest[i] ?? 0);
  return timeMs;
}

function kindOf({ identifier, message }: LogRecord): string {
  const program = PROGRAMS[identifier] ?? identifier;
  const isPam = message.startsWith("pam_") || message.startsWith("PAM ");
  return isPam ? `${program} pam` : program;
}

function keyOf(rank: number, { identifier, pid, message }: LogRecord): string {
  return Bun.hash.xxHash64(`${rank} ${identifier} ${pid} ${message}`).toString(36);
}

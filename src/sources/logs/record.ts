import type { LogPosition } from "./position.ts";

/** Appended to a message whose end is missing: no program logs it, and no parser reads past it. */
export const CUT_MARK = "…";

/** One message that one program logged, in whatever log it was found. */
export interface LogRecord {
  /** When it was written, in milliseconds since the epoch. */
  timeMs: number;
  /** The program's name in the log: `sshd`, `sshd-session`, `sudo`. */
  identifier: string;
  /** The pid that logged it; some programs log none. */
  pid: number | undefined;
  /** The text behind the identifier. */
  message: string;
  /** How often it was logged: 1, or N for rsyslog's `message repeated N times`. */
  copies: number;
  /** What an entry of systemd-logind's in the journal has beside its text. */
  logind?: LogindFields;
}

/** Fields of a journal entry, as text: systemd.journal-fields(7), and those that logind adds. */
export interface LogindFields {
  /** 32 hex digits. */
  messageId: string | undefined;
  sessionId: string | undefined;
  /** The pid of the process that opened the session. */
  leader: string | undefined;
  /** Since systemd 258. */
  class: string | undefined;
  /** 32 hex digits. */
  bootId: string;
  /** When journald received it, in microseconds since boot, time asleep not included. */
  monotonicUs: number;
}

/** A log that is read as it grows, a piece at a time. */
export interface LogReader {
  /**
   * Hands over the records that were not handed over yet, oldest first. The first call starts at the
   * position that was given, or else at the first record not older than the time that was given.
   *
   * @param mayGoOn asked after each small piece of work; the call ends soon after it says no
   * @returns false when the call ended before everything was handed over; the next call goes on
   * @throws the system's error when the log can't be read; nothing is lost by it, the next call goes on
   */
  poll(take: (record: LogRecord) => void, mayGoOn?: () => boolean): boolean;
  /**
   * When the oldest entry was written that the last call left unread, in milliseconds since the epoch;
   * undefined when it left none, or when that is not known.
   */
  readonly oldestUnreadMs: number | undefined;
  /** Bytes of the log that were deleted before they could be read, since this reader was made. */
  readonly lostBytes: number;
  /** Where the next call goes on. */
  position(): LogPosition;
  close(): void;
}

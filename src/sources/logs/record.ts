import type { LogPosition } from "./position.ts";

/** Appended to a message whose end is missing: no program logs it, and no parser reads past it. */
export const CUT_MARK = "…";

/** One message of one program, from any kind of log. */
export interface LogRecord {
  /** When it was written, in milliseconds since the epoch. */
  timeMs: number;
  /** The program's name in the log: `sshd`, `sshd-session`, `sudo`. */
  identifier: string;
  /** The pid of the program; undefined when it logs none. */
  pid: number | undefined;
  /** The text after the identifier. */
  message: string;
  /** How many times it was logged: 1, or N for rsyslog's `message repeated N times`. */
  copies: number;
  /** Further fields of systemd-logind's entries in the journal. */
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

/** Follows a log, one piece at a time. */
export interface LogReader {
  /**
   * Calls `take` with each new record, oldest first. The first call starts at the given position, or else at the first
   * record not older than the given time.
   *
   * @param mayGoOn called after each small piece of work; the call ends soon after it returns false
   * @returns false when the call ended before everything was read; the next call continues
   * @throws the system's error when the log can't be read; nothing is lost, and the next call continues
   */
  poll(take: (record: LogRecord) => void, mayGoOn?: () => boolean): boolean;
  /**
   * The time of the oldest entry left unread by the last call, in milliseconds since the epoch; undefined when there is
   * none, or the time is unknown.
   */
  readonly oldestUnreadMs: number | undefined;
  /** Bytes of the log that were deleted before this reader could read them. */
  readonly lostBytes: number;
  /** Where the next call continues. */
  position(): LogPosition;
  close(): void;
}

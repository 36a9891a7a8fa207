/**
 * Where a text log was left, and which of the files that are there now that is.
 *
 * A log is a row of files, each of which was at its path until it was rotated. Renamed, it keeps its inode
 * and its content. Copied and cut off, the copy has its content, and its inode holds the next one. Either
 * way its first line tells which it is, and the order of the row stays. What became of a file since:
 *
 * - Renamed, or copied and cut off: it is found by its first bytes and goes on where it was left. If it was
 *   empty, nothing is known of it; but what comes behind the last file that was begun is unread, whatever it
 *   is, and is read from its start. So it does not matter how many files a reading got through.
 * - Deleted, or compressed at once: while it is held open it is read to its end. After a restart, or where it
 *   was also cut off, what was seen of it and not read is lost, and told. What was written after the last look
 *   nobody can know of.
 * - Written anew with another first line: nobody can tell what of it was read. Lines older than the last one
 *   that was read are passed over; what was unread before is told as lost, though the new file may have it.
 */
import {
  savedCount,
  savedFlag,
  savedList,
  savedNumber,
  savedOptional,
  savedRecord,
  savedText,
} from "../../saved_value.ts";
import type { LogRecord } from "../record.ts";
import type { FilePosition, LogFile } from "./file.ts";

/** Where a log was left: `finished` and `files` follow each other, oldest first. */
export interface TextPosition {
  kind: "text";
  /**
   * The newest file before those in `files` that has lines; null when there was none. It is what shows
   * where to go on while nothing of `files` was begun. Version 1.0.0 did not save it.
   */
  finished?: FilePosition | null | undefined;
  /** Those that were being read; of the last ones maybe nothing was read yet. */
  files: FilePosition[];
  /** Lines before this time are passed over, until one is not older. */
  sinceMs?: number | undefined;
  /** The last line, if it was a record: a repeat count may come next. Version 1.0.0 did not save it. */
  previous?: LogRecord | undefined;
}

/** A file that is known, and still held open unless it was cut off, closed, or left by another process. */
export interface KnownFile {
  position: FilePosition;
  held?: LogFile | undefined;
}

/** What has become of the files that are known. */
export interface Succession {
  /** Those that are read on, oldest first: held or found. */
  kept: LogFile[];
  /** The index of the oldest of them that is still there. */
  oldest: number | undefined;
  /** The index of the first of the files there are now that came after all that were begun. */
  next: number;
  /** Whether the file that was begun last is among them: then everything from `next` on is unread. */
  isNextKnown: boolean;
  /** How much was unread in those that are gone. */
  lostBytes: number;
}

/**
 * Finds known files among those that are there now.
 *
 * @param finished the file before the known ones; null when there was none, undefined when nobody knows
 * @param known oldest first
 * @param files those that are there now, oldest first; a known one that is found goes on where it was left
 */
export function succeed(
  finished: FilePosition | null | undefined,
  known: readonly KnownFile[],
  files: readonly LogFile[],
): Succession {
  const kept: LogFile[] = [];
  let oldest: number | undefined;
  let lostBytes = 0;
  let next = 0;
  let isNextKnown = finished === null;
  // Where a copy of it was kept before, the newest one is the right one.
  const find = (position: FilePosition) =>
    files.findLastIndex((file, i) => i >= next && file.isLeftAt(position));
  const pass = (index: number) => {
    isNextKnown = index >= 0;
    next = Math.max(next, index + 1);
  };
  if (finished) pass(find(finished));
  for (const { position, held } of known) {
    const index = held ? files.findIndex((file) => file.isSame(held)) : find(position);
    const isBegun = position.offset > 0;
    if (isBegun) pass(index);
    if (isBegun && index >= 0) oldest ??= index;
    if (held && (isBegun || index < 0)) kept.push(held);
    if (held) continue;
    const found = files[index];
    lostBytes += Math.max(0, (position.size ?? 0) - Math.max(position.offset, found?.size ?? 0));
    if (!found || !isBegun) continue;
    found.resume(position);
    kept.push(found);
  }
  return { kept, oldest, next, isNextKnown, lostBytes };
}

/** @throws SavedStateError for a value that no follower's `position()` made */
export function readTextPosition(saved: Record<string, unknown>): TextPosition {
  const { files, finished, sinceMs, previous } = saved;
  return {
    kind: "text",
    files: savedList(files, "log files").map(readFilePosition),
    finished: finished == null ? finished : readFilePosition(finished),
    sinceMs: savedOptional(sinceMs ?? null, "sinceMs", savedNumber),
    previous: savedOptional(previous ?? null, "last record", readRecord),
  };
}

function readFilePosition(value: unknown): FilePosition {
  const saved = savedRecord(value, "log file");
  const position: FilePosition = {
    dev: savedNumber(saved["dev"], "log file's device"),
    ino: savedNumber(saved["ino"], "log file's inode"),
    offset: savedCount(saved["offset"], "log file's offset"),
    skipping: savedFlag(saved["skipping"], "log file's skipping"),
    headBytes: savedCount(saved["headBytes"], "log file's headBytes"),
    head: savedText(saved["head"], "log file's head"),
  };
  if (saved["size"] !== undefined) position.size = savedCount(saved["size"], "log file's size");
  return position;
}

function readRecord(value: unknown, what: string): LogRecord {
  const { timeMs, identifier, pid, message } = savedRecord(value, what);
  return {
    timeMs: savedNumber(timeMs, "last record's time"),
    identifier: savedText(identifier, "last record's program"),
    pid: savedOptional(pid ?? null, "last record's pid", savedNumber),
    message: savedText(message, "last record's message"),
    copies: 1,
  };
}

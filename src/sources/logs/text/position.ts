/**
 * The saved position in a text log, and how to find it in the present files.
 *
 * A log is a sequence of files, each of which was at its path until it was rotated. A renamed file keeps its inode and
 * its content. With copy and truncate, the copy has the content, and the inode is used for the next file. In both cases
 * the first bytes identify a file, and the sequence keeps its order. What may have happened to a file:
 *
 * - Renamed, or copied and truncated: it is found by its first bytes, and reading continues at the saved offset. An
 *   empty file can't be identified; but everything after the last started file is unread, and is read from its start.
 *   So any number of rotations may happen between two readings.
 * - Deleted, or compressed at once: while it is open it is read to its end. After a restart, or when it was also
 *   truncated, the known unread bytes are lost and reported as lost. Bytes written after the last check are lost
 *   unnoticed.
 * - Rewritten with another first line: it is unknown what of it was read. Lines older than the last one read are
 *   skipped; the bytes unread before are reported as lost, although the new file may have them.
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

/** The position in a log: first `finished`, then `files`, oldest first. */
export interface TextPosition {
  kind: "text";
  /**
   * The newest file with lines before those in `files`; null when there was none. It shows where to continue when none
   * of `files` was started. Version 1.0.0 did not save it.
   */
  finished?: FilePosition | null | undefined;
  /** The files being read; the last ones may not be started yet. */
  files: FilePosition[];
  /** Lines before this time are skipped, up to the first one that is not older. */
  sinceMs?: number | undefined;
  /** The last line, if it was a record: a repeat count may come next. Version 1.0.0 did not save it. */
  previous?: LogRecord | undefined;
}

/** A known file, still open unless it was truncated or closed, or its position comes from an earlier process. */
export interface KnownFile {
  position: FilePosition;
  held?: LogFile | undefined;
}

/** What happened to the known files. */
export interface Succession {
  /** The files to continue, oldest first: still open, or found again. */
  kept: LogFile[];
  /** The index of the oldest of them among the present files. */
  oldest: number | undefined;
  /** The index of the first present file that is newer than all started ones. */
  next: number;
  /** Whether the last started file was found: then everything from `next` on is unread. */
  isNextKnown: boolean;
  /** The unread bytes of files that are gone. */
  lostBytes: number;
}

/**
 * Finds known files among the present ones.
 *
 * @param finished the file before the known ones; null when there was none, undefined when unknown
 * @param known oldest first
 * @param files the present files, oldest first; a known one that is found continues at its position
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
  // When there are several copies, the newest one is the right one.
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

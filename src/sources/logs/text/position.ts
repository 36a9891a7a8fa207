/** Where a text log was left, and which of the files that are there now that is. */
import type { FilePosition, LogFile } from "./file.ts";
import type { LogPosition } from "../record.ts";

/** The index of the first file that came after the one with an inode; past the end if that one is gone. */
export function firstAfter(files: LogFile[], ino: number): number {
  if (ino === 0) return 0;
  const index = files.findIndex((file) => file.ino === ino);
  return index < 0 ? Math.max(0, files.length - 1) : index + 1;
}

/**
 * Finds the files that were open, by inode or by content: the inode is another one in a copy, and the
 * content at the path is another one after a rotation.
 *
 * @returns the index of the oldest one, from which on everything is to be read; undefined for none. And
 *   how much was unread in those that are gone
 */
export function resumeAll(
  files: LogFile[],
  saved: FilePosition[],
): { first: number | undefined; lostBytes: number } {
  let first: number | undefined;
  let lostBytes = 0;
  for (const position of saved) {
    let index = files.findIndex((file) => file.ino === position.ino && file.continues(position));
    if (index < 0 && position.offset > 0) {
      index = files.findIndex((file) => file.continues(position));
    }
    if (index < 0) {
      lostBytes += Math.max(0, (position.size ?? 0) - position.offset);
      continue;
    }
    files[index]!.resume(position);
    first = Math.min(first ?? index, index);
  }
  return { first, lostBytes };
}

/** The files of a position; none when it is another reader's. */
export function readPosition(position: LogPosition | undefined): FilePosition[] {
  if (position?.["kind"] !== "text" || !Array.isArray(position["files"])) return [];
  return (position["files"] as Partial<FilePosition>[]).filter(isFilePosition);
}

function isFilePosition(value: Partial<FilePosition> | null): value is FilePosition {
  return (
    typeof value?.dev === "number" &&
    typeof value.ino === "number" &&
    Number.isSafeInteger(value.offset) &&
    value.offset! >= 0 &&
    typeof value.skipping === "boolean" &&
    Number.isSafeInteger(value.headBytes) &&
    value.headBytes! >= 0 &&
    typeof value.head === "string"
  );
}

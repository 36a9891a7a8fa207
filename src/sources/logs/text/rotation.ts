/** Finds the rotated files of a log, of logrotate or of the daemon itself. */
import { listFolder } from "../../descriptors.ts";
import { isDamage, isGone, isShortage } from "../../errors.ts";
import { type Stats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { LogFile } from "./file.ts";

/** Most files opened, the newest ones. */
const MAX_FILES = 32;
/** Most attempts to list the files: more rotations within some milliseconds are not real. */
const MAX_TRIES = 10;

/**
 * `.1` of logrotate, `.0` of BusyBox; `-20261123` of logrotate's dateext, `-2026112314` where it is hourly, and
 * `-2026-11-23` or `-20261123-1700000000` of its dateformat. Without compressed files.
 */
const SUFFIX = /^(?:\.(\d{1,5})|[-.](\d{4}-?\d\d-?\d\d(?:-?\d{1,10})?))$/;

interface Sibling {
  path: string;
  /** Counts up with each rotation. */
  number: number | undefined;
  date: string | undefined;
  modifiedMs: number;
}

/** The rotated, uncompressed files of a log, oldest first; empty when the folder can't be read. */
function rotatedFiles(path: string): string[] {
  const name = basename(path);
  const siblings: Sibling[] = [];
  for (const entry of listOrNone(dirname(path))) {
    const suffix = entry.startsWith(name) ? SUFFIX.exec(entry.slice(name.length)) : null;
    if (suffix === null) continue;
    const sibling = join(dirname(path), entry);
    const modifiedMs = statOrNone(sibling)?.mtimeMs;
    if (modifiedMs === undefined) continue;
    const number = suffix[1] === undefined ? undefined : Number(suffix[1]);
    siblings.push({ path: sibling, number, date: suffix[2], modifiedMs });
  }
  return siblings.sort(byAge).map((sibling) => sibling.path);
}

/** The files of a log at one moment. */
export interface LogFiles {
  /** Oldest first. */
  rotated: LogFile[];
  /** The file at the path; undefined while there is none. */
  current: LogFile | undefined;
  /** The inode of the newest rotated file, readable or not; 0 when there is none. */
  newest: number;
}

/**
 * Opens all files of a log and passes them to `judge`. A rotation has several steps, so reading the names one by one
 * may show a file twice or not at all, or one that is truncated a moment later; then everything is repeated.
 *
 * @param judge may change only the files that it gets
 * @throws the system's error when the file at the path is there but can't be opened
 */
export function openLogFiles<T>(
  path: string,
  judge: (files: LogFiles) => T,
): LogFiles & { verdict: T } {
  for (let tries = 1; ; tries++) {
    const opened: LogFile[] = [];
    try {
      const found = openOnce(path, opened, judge);
      if (found.isSame || tries === MAX_TRIES) return found.files;
    } catch (error) {
      closeAll(opened);
      throw error;
    }
    closeAll(opened);
  }
}

/** @param opened collects every opened file */
function openOnce<T>(
  path: string,
  opened: LogFile[],
  judge: (files: LogFiles) => T,
): { files: LogFiles & { verdict: T }; isSame: boolean } {
  const current = openIfThere(path);
  if (current !== undefined) opened.push(current);
  const paths = rotatedFiles(path).slice(-MAX_FILES);
  const inodes = paths.map(inodeAt);
  const found = paths.map((each) => {
    const file = openOrSkip(each);
    if (file !== undefined) opened.push(file);
    return file;
  });
  const rotated = found.filter((file) => file !== undefined);
  const unfinished = unfinishedCopy(rotated, current);
  if (unfinished !== undefined) {
    rotated.pop();
    opened.splice(opened.indexOf(unfinished), 1);
    unfinished.close();
  }
  const newest = inodes.at(unfinished === undefined ? -1 : -2) ?? 0;
  const verdict = judge({ rotated, current, newest });
  // Before the names: what it has by now was not copied away, if they are the same afterwards.
  const isWhole = current?.look() !== false;
  const now = rotatedFiles(path).slice(-MAX_FILES);
  const isSame =
    isWhole &&
    now.join("\n") === paths.join("\n") &&
    paths.every((name, i) => inodeAt(name) === inodes[i]) &&
    found.every((file, i) => file === undefined || file.ino === inodes[i]) &&
    inodeAt(path) === current?.ino;
  return { files: { rotated, current, newest, verdict }, isSame };
}

/** The inode of the newest rotated file; 0 when there is none. */
export function newestInode(path: string): number {
  const newest = rotatedFiles(path).at(-1);
  return newest === undefined ? 0 : (inodeAt(newest) ?? 0);
}

/**
 * With `copytruncate` the lines are in two files for a moment, and the copy may still be empty. The lines belong to the
 * log until it is truncated, then to the copy.
 */
function unfinishedCopy(rotated: LogFile[], current: LogFile | undefined): LogFile | undefined {
  const newest = rotated.at(-1);
  if (newest === undefined || current === undefined || newest.isSame(current)) return undefined;
  if (current.size === 0 || current.size < newest.size) return undefined;
  return newest.size === 0 || current.isLeftAt(newest.position()) ? newest : undefined;
}

export function closeAll(files: LogFile[]): void {
  for (const file of files) file.close();
}

/** @throws the system's error when it exists and can't be opened */
function openIfThere(path: string): LogFile | undefined {
  try {
    return new LogFile(path);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function inodeAt(path: string): number | undefined {
  return statOrNone(path)?.ino;
}

/** Undefined when it does not exist, is in an unreadable folder, or is a loop of links. */
function statOrNone(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function openOrSkip(path: string): LogFile | undefined {
  try {
    return new LogFile(path);
  } catch (error) {
    if (isShortage(error) && !isDamage(error)) throw error;
    return undefined; // Compressed or removed meanwhile, not readable, damaged, or no regular file.
  }
}

/** Sorts by name, which is more reliable than times: several rotations may happen within one tick. */
function byAge(a: Sibling, b: Sibling): number {
  if (a.number !== undefined && b.number !== undefined) return b.number - a.number;
  if (a.date !== undefined && b.date !== undefined) return a.date < b.date ? -1 : 1;
  return a.modifiedMs - b.modifiedMs;
}

function listOrNone(folder: string): string[] {
  try {
    return listFolder(folder);
  } catch (error) {
    if (isShortage(error)) throw error;
    return [];
  }
}

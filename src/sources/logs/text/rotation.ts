/** The files that a log was rotated to, by logrotate or by the daemon itself. */
import { listFolder } from "../../descriptors.ts";
import { isDamage, isGone, isShortage } from "../../errors.ts";
import { type Stats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { LogFile } from "./file.ts";

/** So many files at most are opened, from the newest on. */
const MAX_FILES = 32;
/** More rotations than this within some milliseconds are no rotations. */
const MAX_TRIES = 10;

/**
 * `.1` of logrotate, `.0` of BusyBox; `-20261123` of logrotate's dateext, `-2026112314` where it is hourly,
 * and `-2026-11-23` or `-20261123-1700000000` of its dateformat. Not what was compressed.
 */
const SUFFIX = /^(?:\.(\d{1,5})|[-.](\d{4}-?\d\d-?\d\d(?:-?\d{1,10})?))$/;

interface Sibling {
  path: string;
  /** Counts up with each rotation. */
  number: number | undefined;
  date: string | undefined;
  modifiedMs: number;
}

/** The rotated, uncompressed files of a log, oldest first. None when its folder can't be read. */
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

/** The files of a log as they stood at one moment. */
export interface LogFiles {
  /** Oldest first. */
  rotated: LogFile[];
  /** The one at the path; undefined while there is none. */
  current: LogFile | undefined;
  /** The inode of the newest rotated file, also of one that may not be read; 0 when there is none. */
  newest: number;
}

/**
 * Opens all files of a log, and has them judged. A rotation goes step by step, so what is read name by
 * name may show a file twice or not at all, or one that is cut off the next moment; then all of it is
 * done again.
 *
 * @param judge may change the files it is given, and nothing else
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

/** @param opened gets every file that is open in the end */
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
 * With `copytruncate` the lines are in two files for a moment, the newer of which may still be empty.
 * They are the log's until it is cut off; then they are the copy's.
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

/** @throws the system's error when it is there and can't be opened */
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

/** Undefined for what is not there, or behind a folder that is not ours to enter, or a loop of links. */
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
    return undefined; // Compressed or removed meanwhile, not ours to read, damaged, or no regular file.
  }
}

/** The names tell the order better than times do: rotations may follow within one tick. */
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

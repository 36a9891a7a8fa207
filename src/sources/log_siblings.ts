/** The files that a log was rotated to, by logrotate or by the daemon itself. */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { LogFile } from "./log_file.ts";

/** So many files at most are opened, from the newest on. */
const MAX_FILES = 32;

/** `.1` of logrotate, `.0` of BusyBox, `-20261123` of logrotate's dateext; not what was compressed. */
const SUFFIX = /^(?:\.(\d{1,5})|[-.](\d{8}(?:-\d{1,10})?))$/;

interface Sibling {
  path: string;
  /** Counts up with each rotation. */
  number: number | undefined;
  date: string | undefined;
  modifiedMs: number;
}

/** The rotated, uncompressed files of a log, oldest first. None when its folder can't be read. */
export function rotatedFiles(path: string): string[] {
  const name = basename(path);
  const siblings: Sibling[] = [];
  for (const entry of listOrNone(dirname(path))) {
    const suffix = entry.startsWith(name) ? SUFFIX.exec(entry.slice(name.length)) : null;
    if (suffix === null) continue;
    const sibling = join(dirname(path), entry);
    const modifiedMs = statSync(sibling, { throwIfNoEntry: false })?.mtimeMs;
    if (modifiedMs === undefined) continue;
    const number = suffix[1] === undefined ? undefined : Number(suffix[1]);
    siblings.push({ path: sibling, number, date: suffix[2], modifiedMs });
  }
  return siblings.sort(byAge).map((sibling) => sibling.path);
}

/** Opens the rotated files, oldest first. */
export function openRotated(path: string): LogFile[] {
  return rotatedFiles(path)
    .slice(-MAX_FILES)
    .map(openOrSkip)
    .filter((file) => file !== undefined);
}

/** Closes the others. */
export function keepOnly(
  files: LogFile[],
  keep: (file: LogFile, index: number) => boolean,
): LogFile[] {
  return files.filter((file, i) => {
    const kept = keep(file, i);
    if (!kept) file.close();
    return kept;
  });
}

function openOrSkip(path: string): LogFile | undefined {
  try {
    return new LogFile(path);
  } catch {
    return undefined; // Compressed or removed meanwhile, or not ours to read.
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
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Opens files that somebody else can replace by a FIFO, a device, a folder or 20 GB of zeros. Each is checked before it
 * is opened, since opening some devices has side effects, and again by its descriptor, since the path may lead to
 * another file by then. open(2), stat(2).
 *
 * Files of /proc are regular, have the size 0 and are generated while they are read, so the limit does not apply to
 * them.
 */
import { type Stats, fstatSync, readSync, statSync } from "node:fs";
import { closeFile, openFile } from "./descriptors.ts";
import { BrokenSourceError } from "./errors.ts";

export interface OpenRegularFile {
  /** The caller must close it. */
  fd: number;
  stats: Stats;
}

/**
 * Opens a regular file, or a link to one, for reading.
 *
 * @param limitBytes a larger file is refused; Infinity for one that is read in pieces
 * @throws the system's error, or BrokenSourceError when it is no regular file or too large
 */
export function openRegular(path: string, limitBytes: number): OpenRegularFile {
  checkRegular(path, statSync(path), limitBytes);
  const fd = openFile(path);
  try {
    const stats = fstatSync(fd);
    checkRegular(path, stats, limitBytes);
    return { fd, stats };
  } catch (error) {
    closeFile(fd);
    throw error;
  }
}

/**
 * Opens a regular file, calls `use` with its descriptor, and always closes it.
 *
 * @throws as `openRegular`, and what `use` throws
 */
export function withRegular<T>(
  path: string,
  limitBytes: number,
  use: (fd: number, stats: Stats) => T,
): T {
  const { fd, stats } = openRegular(path, limitBytes);
  try {
    return use(fd, stats);
  } finally {
    closeFile(fd);
  }
}

/**
 * The whole content, in a new buffer. Bytes appended during the reading are left out.
 *
 * @throws as `openRegular`
 */
export function readRegular(path: string, limitBytes: number): Buffer {
  return withRegular(path, limitBytes, (fd, { size }) => {
    const buffer = Buffer.allocUnsafe(size);
    let length = 0;
    while (length < size) {
      const bytes = readSync(fd, buffer, length, size - length, length);
      if (bytes === 0) break;
      length += bytes;
    }
    return buffer.subarray(0, length);
  });
}

/** @throws BrokenSourceError when it is no regular file or too large */
export function checkRegular(path: string, stats: Stats, limitBytes: number): void {
  if (!stats.isFile())
    throw new BrokenSourceError(path, `is ${kindOf(stats)}, want a regular file`);
  if (stats.size > limitBytes) {
    throw new BrokenSourceError(path, `is ${stats.size} bytes long, want ${limitBytes} at most`);
  }
}

/** @throws the system's error, or BrokenSourceError when it is neither a folder nor a link to one */
export function checkFolder(path: string, stats: Stats = statSync(path)): void {
  if (!stats.isDirectory()) {
    throw new BrokenSourceError(path, `is ${kindOf(stats)}, want a directory`);
  }
}

function kindOf(stats: Stats): string {
  if (stats.isFile()) return "a file";
  if (stats.isDirectory()) return "a directory";
  if (stats.isFIFO()) return "a FIFO";
  if (stats.isSocket()) return "a socket";
  return stats.isCharacterDevice() || stats.isBlockDevice() ? "a device" : "of an unknown kind";
}

/**
 * Standard output and standard error, written by their descriptors: `process.stdout` and its like load the
 * runtime's streams, which take 8 MB of memory.
 */
import { fstatSync, writeSync } from "node:fs";

/** A reader that takes nothing for so long gets no more. */
const PATIENCE_MS = 2000;

/** @returns whether all of it was taken; not when its reader is gone */
export function writeOutput(text: string): boolean {
  return write(1, text);
}

export function writeError(text: string): void {
  write(2, text);
}

/** `/dev/null` is a character device, too; for anything else there is no need to load the streams. */
export function isOutputTerminal(): boolean {
  try {
    return fstatSync(1).isCharacterDevice() && process.stdout.isTTY === true;
  } catch {
    return false;
  }
}

/** What can't be written is lost, as it is when nobody reads a log. */
function write(fd: number, text: string): boolean {
  const bytes = Buffer.from(text);
  for (let done = 0, waitedMs = 0; done < bytes.length;) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const isFull = (error as NodeJS.ErrnoException).code === "EAGAIN";
      if (!isFull || waitedMs >= PATIENCE_MS) return false;
      Bun.sleepSync(1);
      waitedMs++;
    }
  }
  return true;
}

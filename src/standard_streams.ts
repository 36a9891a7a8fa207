/**
 * Writes to standard output and standard error by their descriptors: `process.stdout` and `process.stderr` load the
 * runtime's streams, which take 8 MB of memory.
 */
import { fstatSync, writeSync } from "node:fs";

/** How long to wait for a reader that reads nothing; the rest of the text is then dropped. */
const PATIENCE_MS = 2000;

/** @returns whether all of it was written; false when the reader is gone */
export function writeOutput(text: string): boolean {
  return write(1, text);
}

export function writeError(text: string): void {
  write(2, text);
}

/** Loads the streams only for a character device, which may still be `/dev/null`. */
export function isOutputTerminal(): boolean {
  try {
    return fstatSync(1).isCharacterDevice() && process.stdout.isTTY === true;
  } catch {
    return false;
  }
}

/** Text that can't be written is lost. */
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

/**
 * Reads small files of /proc, which each collection needs. `Bun.file` would use another thread, which takes four times
 * as long, and `readFileSync` would allocate new memory.
 */
import { readSync } from "node:fs";
import { closeFile, openFile } from "../descriptors.ts";

const MIN_BYTES = 16 * 1024;
/** Most bytes read: the size of /proc/stat with 4,096 CPUs. */
const LIMIT_BYTES = 1024 * 1024;

let buffer = Buffer.alloc(MIN_BYTES);

/**
 * The content.
 *
 * @throws the system's error when it can't be opened or read
 */
export function readProcFile(path: string): string {
  const fd = openFile(path);
  try {
    for (let length = 0; ;) {
      const bytes = readSync(fd, buffer, length, buffer.length - length, null);
      length += bytes;
      // The kernel fills the buffer if it can, so fewer bytes than requested mean the end of the file.
      if (length < buffer.length || length >= LIMIT_BYTES)
        return buffer.toString("utf8", 0, length);
      const larger = Buffer.alloc(buffer.length * 2);
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
  } finally {
    closeFile(fd);
  }
}

/** Reads the files of control groups, all into one buffer, since a pass over them reads hundreds. */
import { readSync } from "node:fs";
import { closeFile, openFile } from "../descriptors.ts";

/** One read returns a page at most, and whole lines: after fewer bytes than this there are no more. */
const LAST_READ_BYTES = 4096 - 256;

const MIN_BYTES = 8192;
/** More of a file is not read: the numbers of 100,000 processes. */
const LIMIT_BYTES = 1024 * 1024;

export class GroupFiles {
  private buffer = Buffer.alloc(MIN_BYTES);
  /** How many files have been read since this was set to 0. */
  count = 0;

  /**
   * The content, which is valid until the next call.
   *
   * @throws the system's error when it can't be opened or read
   */
  read(path: string): Buffer {
    this.count++;
    const fd = openFile(path);
    try {
      let length = 0;
      for (;;) {
        const bytes = readSync(fd, this.buffer, length, this.buffer.length - length, null);
        length += bytes;
        if (bytes < LAST_READ_BYTES || length >= LIMIT_BYTES)
          return this.buffer.subarray(0, length);
        if (this.buffer.length - length < MIN_BYTES) this.enlarge();
      }
    } finally {
      closeFile(fd);
    }
  }

  private enlarge(): void {
    const larger = Buffer.alloc(this.buffer.length * 2);
    this.buffer.copy(larger);
    this.buffer = larger;
  }

  /** Gives back what a large group has made the buffer grow to. */
  shrink(): void {
    if (this.buffer.length > MIN_BYTES) this.buffer = Buffer.alloc(MIN_BYTES);
  }
}

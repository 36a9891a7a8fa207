/**
 * Files of /proc that the kernel makes line by line while they are read (its Documentation/filesystems/
 * seq_file.rst). One read(2) returns whole lines, a page of them at the most.
 */
import { readSync } from "node:fs";
import { closeFile } from "../descriptors.ts";
import { BrokenSourceError } from "../errors.ts";
import { openRegular } from "../regular_file.ts";

const PAGE_BYTES = 4096;

/**
 * A page, less more than a line of these files is long (200 bytes): after fewer bytes than that there was
 * no further line.
 */
const LAST_READ_BYTES = PAGE_BYTES - 512;

/** Room for 110,000 sockets. Users can make more; searching a table must take less than 250 ms. */
const LIMIT_BYTES = 16 * 1024 * 1024;

const FIRST_BYTES = 2 * PAGE_BYTES;

/** Reads before yielding: about 5 ms. */
const YIELD_EVERY = 64;

/**
 * Reads such a file to its end. The read that would return nothing is left out, because for
 * `/proc/net/tcp` the kernel walks its whole table of sockets for it.
 *
 * @param expectedBytes how long it may be: then the buffer need not grow
 * @throws the system's error when it can't be opened or read, BrokenSourceError for what is no regular file
 *   or too long
 */
export async function readSeqFile(
  path: string,
  expectedBytes = 0,
  limitBytes = LIMIT_BYTES,
): Promise<Buffer> {
  // Files of /proc have no size that could be looked at before.
  const { fd } = openRegular(path, limitBytes);
  try {
    let buffer = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, expectedBytes + PAGE_BYTES));
    let length = 0;
    for (let reads = 1; ; reads++) {
      if (buffer.length - length < PAGE_BYTES) {
        const larger = Buffer.allocUnsafeSlow(2 * buffer.length);
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      const bytes = readSync(fd, buffer, length, buffer.length - length, null);
      length += bytes;
      if (length > limitBytes) {
        throw new BrokenSourceError(path, `is longer than ${limitBytes} bytes`);
      }
      if (bytes < LAST_READ_BYTES) return buffer.subarray(0, length);
      if (reads % YIELD_EVERY === 0) await Bun.sleep(0);
    }
  } finally {
    closeFile(fd);
  }
}

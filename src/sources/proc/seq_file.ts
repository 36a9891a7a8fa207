/**
 * Files of /proc that the kernel generates line by line while they are read (its
 * Documentation/filesystems/seq_file.rst). One read(2) returns whole lines, at most a page.
 */
import { readSync } from "node:fs";
import { closeFile } from "../descriptors.ts";
import { BrokenSourceError } from "../errors.ts";
import { openRegular } from "../regular_file.ts";

const PAGE_BYTES = 4096;

/** A page less the longest line of these files (200 bytes, with a margin): a read that returns less is the last one. */
const LAST_READ_BYTES = PAGE_BYTES - 512;

/** Room for 110,000 sockets. Users can make more; searching a table must take less than 250 ms. */
const LIMIT_BYTES = 16 * 1024 * 1024;

const FIRST_BYTES = 2 * PAGE_BYTES;

/** Reads before yielding: about 5 ms. */
const YIELD_EVERY = 64;

/**
 * Reads such a file to its end. It omits the final empty read, for which the kernel would walk its whole table of
 * sockets in the case of `/proc/net/tcp`.
 *
 * @param expectedBytes the expected length, so that the buffer need not grow
 * @throws the system's error when it can't be opened or read, BrokenSourceError when it is no regular file or too long
 */
export async function readSeqFile(
  path: string,
  expectedBytes = 0,
  limitBytes = LIMIT_BYTES,
): Promise<Buffer> {
  // Files of /proc have no size to check in advance.
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

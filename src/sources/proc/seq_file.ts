/**
 * Files of /proc that the kernel makes line by line while they are read (its Documentation/filesystems/
 * seq_file.rst). One read(2) returns whole lines, a page of them at the most.
 */
import { closeSync, openSync, readSync } from "node:fs";

/**
 * A page, less more than a line of these files is long (200 bytes): after fewer bytes than that there was
 * no further line.
 */
const LAST_READ_BYTES = 4096 - 512;

const READ_BYTES = 64 * 1024;

/** After so many reads other work gets its turn; about 5 ms. */
const YIELD_EVERY = 64;

/**
 * Reads such a file to its end. The read that would return nothing is left out, because for
 * `/proc/net/tcp` the kernel walks its whole table of sockets for it.
 *
 * @throws the system's error when it can't be opened or read
 */
export async function readSeqFile(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const fd = openSync(path, "r");
  try {
    for (let reads = 1; ; reads++) {
      const chunk = Buffer.allocUnsafe(READ_BYTES);
      const bytes = readSync(fd, chunk, 0, READ_BYTES, null);
      chunks.push(chunk.subarray(0, bytes));
      if (bytes < LAST_READ_BYTES) return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      if (reads % YIELD_EVERY === 0) await Bun.sleep(0);
    }
  } finally {
    closeSync(fd);
  }
}

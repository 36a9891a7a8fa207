/** The common format of /etc/passwd and /etc/group: one entry a line. The whole file is read. */
import { BrokenSourceError } from "../errors.ts";
import { readRegular } from "../regular_file.ts";

/** Room for some 250,000 accounts; a larger file is not read. */
export const ENTRY_FILE_LIMIT_BYTES = 16 * 1024 * 1024;

/** More entries are not read: each takes some 300 bytes of memory. */
export const MAX_ENTRIES = 250_000;

/** Longest part of a line that is parsed; the rest is ignored: the members of a group, a huge GECOS. */
export const MAX_LINE_BYTES = 1024;

/** Lines parsed before yielding: some 10 ms of work without the JIT. */
export const LINES_A_TURN = 1024;
export const BYTES_A_TURN = 64 * 1024;

/**
 * Calls `each` for every line of a file, without its end.
 *
 * @param yieldTurn yields to other work
 * @throws the system's error, or BrokenSourceError when it is no regular file or too large
 */
export async function eachEntry(
  path: string,
  each: (line: string) => void,
  yieldTurn: () => Promise<void> = () => Bun.sleep(0),
): Promise<void> {
  const bytes = readRegular(path, ENTRY_FILE_LIMIT_BYTES);
  let lines = 0;
  let turn = { lines: 0, end: BYTES_A_TURN };
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline;
    if (++lines > MAX_ENTRIES) {
      throw new BrokenSourceError(path, `has more than ${MAX_ENTRIES} lines`);
    }
    if (lines - turn.lines >= LINES_A_TURN || start >= turn.end) {
      await yieldTurn();
      turn = { lines, end: start + BYTES_A_TURN };
    }
    each(bytes.toString("utf8", start, Math.min(end, start + MAX_LINE_BYTES)));
    start = end + 1;
  }
}

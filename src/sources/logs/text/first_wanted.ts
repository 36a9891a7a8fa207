/** Where reading of a text log begins, when not all of it is wanted. */
import { BUFFER_BYTES, type LogFile } from "./file.ts";

/** So much that can't be judged is read all the same; a hole can have gigabytes. */
const MOST_UNJUDGED_BYTES = 16 * 1024 * 1024;

/** False for a line that is before what is wanted; undefined for one that can't be judged. */
type Judge = (line: string) => boolean | undefined;

/**
 * Finds by halves where reading can begin, in a file whose lines stand in the order of their times.
 *
 * @returns the start of a line that is not wanted, at most some bufferfuls before the first one that
 *   is; undefined when the first line that can be judged is wanted, so the whole file is
 */
export function findStart(file: LogFile, isWanted: Judge): number | undefined {
  let place: number | undefined;
  const judge = (at: number, end: number) => {
    const line = firstJudged(file, at, end, isWanted);
    if (line?.isWanted === false) place = line.at;
    return line;
  };
  let low = 0;
  for (let high = file.size; high - low > BUFFER_BYTES;) {
    const middle = low + Math.floor((high - low) / 2);
    const line = judge(middle, high);
    if (line?.isWanted === true) high = middle;
    // Where nothing can be judged, as in the hole of a sparse file, what is wanted comes later.
    else low = line?.at ?? Math.min(high, middle + BUFFER_BYTES);
  }
  if (low - (place ?? 0) > MOST_UNJUDGED_BYTES) return low;
  if (place === undefined) judge(0, file.size);
  return place;
}

/** The first line in one bufferful that can be judged. The line that a place is in the middle of is none. */
function firstJudged(
  file: LogFile,
  from: number,
  end: number,
  isWanted: Judge,
): { at: number; isWanted: boolean } | undefined {
  const bytes = file.bytesAt(from, end);
  let at = from === 0 ? 0 : bytes.indexOf(0x0a) + 1;
  if (from > 0 && at === 0) return undefined;
  for (let newline; at < bytes.length; at = newline + 1) {
    newline = bytes.subarray(at).indexOf(0x0a) + at;
    if (newline < at) return undefined;
    const verdict = isWanted(bytes.toString("utf8", at, newline));
    if (verdict !== undefined) return { at: from + at, isWanted: verdict };
  }
  return undefined;
}

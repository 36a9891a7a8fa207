/** Finds where to begin reading a text log when only its newer part is wanted. */
import { BUFFER_BYTES, type LogFile } from "./file.ts";

/** Bytes without a time stamp that are read anyway; a hole can have gigabytes. */
const MOST_UNJUDGED_BYTES = 16 * 1024 * 1024;

/** Whether a line is wanted; undefined for a line that has no time. */
type Judge = (line: string) => boolean | undefined;

/**
 * Finds by binary search where reading can begin, in a file with lines in order of time.
 *
 * @returns the offset of an unwanted line, at most a few buffers before the first wanted one; undefined when the first
 *    line with a time is wanted, and so the whole file
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
    // Where no line has a time, as in the hole of a sparse file, the wanted lines come later.
    else low = line?.at ?? Math.min(high, middle + BUFFER_BYTES);
  }
  if (low - (place ?? 0) > MOST_UNJUDGED_BYTES) return low;
  if (place === undefined) judge(0, file.size);
  return place;
}

/** The first line with a time in one buffer, not counting the partial line at its start. */
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

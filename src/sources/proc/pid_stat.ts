/** `/proc/PID/stat`: one line of 52 fields. man 5 proc_pid_stat. */
import { LINE_BYTES, type ProcessTable } from "./process_table.ts";

const SPACE = 0x20;
const PAREN = 0x29;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Fields as man 5 proc_pid_stat numbers them, the last that is read first left out. */
const PPID = 4;
const TTY_NR = 7;
const UTIME = 14;
const STIME = 15;
const CUTIME = 16;
const CSTIME = 17;
const STARTTIME = 22;
const RSS = 24;

const values = new Float64Array(RSS + 1);

/**
 * Fills a row of the table from the line that it holds; the effective uid is not in it and stays as it is.
 *
 * The name may hold `)`, blanks and newlines, so the fields begin behind the last `)`.
 *
 * @returns false, and leaves the row unusable, when the line is cut off
 */
export function parseStat(table: ProcessTable, row: number): boolean {
  const { lines: bytes } = table;
  const start = row * LINE_BYTES;
  const end = start + table.lineBytes[row]!;
  let paren = end - 1;
  while (paren >= start && bytes[paren] !== PAREN) paren--;
  let open = start;
  while (open < paren && bytes[open] !== 0x28) open++;
  if (paren <= open || paren + 3 >= end) return false;

  let at = paren + 4; // Behind ") S ".
  for (let field = PPID; field <= RSS; field++) {
    let value = 0;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    const first = at;
    for (; at < end && bytes[at] !== SPACE; at++) value = value * 10 + bytes[at]! - ZERO;
    if (at === first || at >= end) return false;
    values[field] = negative ? -value : value;
    at++;
  }
  table.pid[row] = leadingNumber(bytes, start, open);
  table.state[row] = bytes[paren + 2]!;
  table.parentPid[row] = values[PPID]!;
  table.ttyNumber[row] = values[TTY_NR]!;
  table.ownTicks[row] = values[UTIME]! + values[STIME]!;
  table.reapedTicks[row] = values[CUTIME]! + values[CSTIME]!;
  table.startTicks[row] = values[STARTTIME]!;
  table.rssPages[row] = values[RSS]!;
  table.commStart[row] = open + 1 - start;
  table.commEnd[row] = paren - start;
  return true;
}

function leadingNumber(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end && bytes[at] !== SPACE; at++)
    value = value * 10 + bytes[at]! - ZERO;
  return value;
}

/**
 * The name below `/dev` of the terminal that field `tty_nr` encodes (the kernel's
 * Documentation/admin-guide/devices.txt), or undefined for none and for kinds nobody logs in on.
 */
export function ttyName(ttyNumber: number): string | undefined {
  const major = (ttyNumber >>> 8) & 0xfff;
  const minor = (ttyNumber & 0xff) | ((ttyNumber >>> 12) & 0xfff00);
  // The first pts major numbers devices 0 to 2^20-1; Unix98 ptys have used no other since 2.6.4.
  if (major === 136) return `pts/${minor}`;
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`;
  if (major === 229) return `hvc${minor}`;
  if (major === 204 && minor >= 64) return `ttyAMA${minor - 64}`;
  return undefined;
}

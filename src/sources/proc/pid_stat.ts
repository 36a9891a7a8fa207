/** `/proc/PID/stat`: one line of 52 fields. man 5 proc_pid_stat. */
import type { ProcessTable } from "./process_table.ts";
import { HIDEPID, type SourceInfo } from "../source.ts";

export const PROC = {
  name: "proc",
  paths: ["/proc/1/stat"],
  lost: "CPU, memory and processes of other users, VNC sessions and connections; sessions are not checked against processes",
  whenMissing: `no /proc is mounted there, or ${HIDEPID}`,
  whenForbidden: HIDEPID,
} as const satisfies SourceInfo;

const SPACE = 0x20;
const PAREN = 0x29;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Field numbers of man 5 proc_pid_stat. */
const PPID = 4;
const TTY_NR = 7;
const UTIME = 14;
const STIME = 15;
const CUTIME = 16;
const CSTIME = 17;
const NUM_THREADS = 20;
const STARTTIME = 22;
const RSS = 24;

/** The first and the last numeric field to read. */
const FIRST = PPID;
const LAST = RSS;

/** Most digits of a 64-bit number. */
const MOST_DIGITS = 20;

const values = new Float64Array(LAST + 1);

/**
 * Fills a row of the table from a line, except the pid (the folder's name) and the effective uid (not in the line).
 *
 * The name may contain `)`, blanks and newlines, so the fields begin after the last `)`.
 *
 * @param line a buffer with the line in its first `end` bytes
 * @returns false when the line is truncated or a field is no number; then the row is unchanged
 */
export function parseStat(
  line: Uint8Array,
  end: number,
  table: ProcessTable,
  row: number,
): boolean {
  let paren = end - 1;
  while (paren >= 0 && line[paren] !== PAREN) paren--;
  let open = 0;
  while (open < paren && line[open] !== 0x28) open++;
  if (paren <= open || paren + 3 >= end) return false;

  let at = paren + 4; // After ") S ".
  for (let field = FIRST; field <= LAST; field++) {
    let value = 0;
    const negative = line[at] === MINUS;
    if (negative) at++;
    const first = at;
    for (; at < end && line[at] !== SPACE; at++) value = value * 10 + line[at]! - ZERO;
    if (at === first || at - first > MOST_DIGITS || at >= end) return false;
    values[field] = negative ? -value : value;
    at++;
  }
  table.state[row] = line[paren + 2]!;
  table.parentPid[row] = values[PPID]!;
  table.ttyNumber[row] = values[TTY_NR]!;
  table.threads[row] = values[NUM_THREADS]!;
  table.ownTicks[row] = values[UTIME]! + values[STIME]!;
  table.reapedTicks[row] = values[CUTIME]! + values[CSTIME]!;
  table.startTicks[row] = values[STARTTIME]!;
  table.rssPages[row] = values[RSS]!;
  table.setComm(row, line.subarray(open + 1, paren));
  return true;
}

/**
 * The name below `/dev` of the terminal that field `tty_nr` encodes (the kernel's
 * Documentation/admin-guide/devices.txt), or undefined for none and for kinds without logins.
 */
export function ttyName(ttyNumber: number): string | undefined {
  const major = (ttyNumber >>> 8) & 0xfff;
  const minor = (ttyNumber & 0xff) | ((ttyNumber >>> 12) & 0xfff00);
  // The first pts major has devices 0 to 2^20-1; Unix98 ptys use no other since 2.6.4.
  if (major === 136) return `pts/${minor}`;
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`;
  if (major === 229) return `hvc${minor}`;
  if (major === 204 && minor >= 64) return `ttyAMA${minor - 64}`;
  return undefined;
}

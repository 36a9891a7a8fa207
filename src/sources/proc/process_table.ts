/** The processes of one pass over `/proc`, a column an attribute, so that a pass allocates nothing. */

/** What the kernel counts a process's time in: 1/100 s on every Linux (USER_HZ, man 7 time). */
export const TICKS_PER_SECOND = 100;

/** So much of a stat line is kept. All that is read of it lies within the first 350 bytes. */
export const LINE_BYTES = 512;

export class ProcessTable {
  /** How many rows are filled; rows are in ascending order of pid. */
  length = 0;
  pid = new Int32Array(0);
  parentPid = new Int32Array(0);
  /** The effective uid. */
  uid = new Uint32Array(0);
  /** `R`, `S`, `Z` … as a character code. */
  state = new Uint8Array(0);
  /** The controlling terminal as the kernel encodes it, 0 for none. */
  ttyNumber = new Int32Array(0);
  /** When it started, in ticks (1/100 s) since boot. */
  startTicks = new Float64Array(0);
  /** CPU ticks the process used itself. */
  ownTicks = new Float64Array(0);
  /** CPU ticks of its descendants that it, or a reaped child, has waited for. */
  reapedTicks = new Float64Array(0);
  /** Resident set in pages. */
  rssPages = new Float64Array(0);
  /** The stat line that each row was made from, `LINE_BYTES` for each, and how long it is. */
  lines = Buffer.alloc(0);
  lineBytes = new Uint16Array(0);
  /** Where in its line the process's name (comm) begins, and where it ends. */
  commStart = new Uint16Array(0);
  commEnd = new Uint16Array(0);

  /** Makes room for so many rows and forgets the old ones. */
  reset(capacity: number): void {
    this.length = 0;
    if (capacity <= this.pid.length) return;
    // A quarter more than asked, so that a slowly growing host does not reallocate at each pass.
    const size = Math.ceil(capacity * 1.25);
    this.pid = new Int32Array(size);
    this.parentPid = new Int32Array(size);
    this.uid = new Uint32Array(size);
    this.state = new Uint8Array(size);
    this.ttyNumber = new Int32Array(size);
    this.startTicks = new Float64Array(size);
    this.ownTicks = new Float64Array(size);
    this.reapedTicks = new Float64Array(size);
    this.rssPages = new Float64Array(size);
    this.lines = Buffer.alloc(size * LINE_BYTES);
    this.lineBytes = new Uint16Array(size);
    this.commStart = new Uint16Array(size);
    this.commEnd = new Uint16Array(size);
  }

  /** The row of a pid, or -1. */
  row(pid: number): number {
    let low = 0;
    let high = this.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.pid[middle]!;
      if (found === pid) return middle;
      if (found < pid) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Whether the row's process is a zombie or dead: listed still, but no longer anybody's session. */
  isDead(row: number): boolean {
    const state = this.state[row];
    return state === 0x5a || state === 0x58 || state === 0x78; // Z, X, x
  }

  /** Whether a row holds the very line that a row of another pass holds. */
  hasSameLine(row: number, other: ProcessTable, otherRow: number): boolean {
    const length = this.lineBytes[row]!;
    if (otherRow >= other.length || other.lineBytes[otherRow] !== length) return false;
    const at = row * LINE_BYTES;
    const otherAt = otherRow * LINE_BYTES;
    return this.lines.compare(other.lines, otherAt, otherAt + length, at, at + length) === 0;
  }

  /** Takes over all that another pass made of the same line. */
  copyRow(row: number, other: ProcessTable, otherRow: number): void {
    this.pid[row] = other.pid[otherRow]!;
    this.parentPid[row] = other.parentPid[otherRow]!;
    this.state[row] = other.state[otherRow]!;
    this.ttyNumber[row] = other.ttyNumber[otherRow]!;
    this.startTicks[row] = other.startTicks[otherRow]!;
    this.ownTicks[row] = other.ownTicks[otherRow]!;
    this.reapedTicks[row] = other.reapedTicks[otherRow]!;
    this.rssPages[row] = other.rssPages[otherRow]!;
    this.commStart[row] = other.commStart[otherRow]!;
    this.commEnd[row] = other.commEnd[otherRow]!;
  }

  /** The process's name, which the kernel cuts to 15 bytes, but for threads of its own. */
  comm(row: number): string {
    const at = row * LINE_BYTES;
    return this.lines.toString("latin1", at + this.commStart[row]!, at + this.commEnd[row]!);
  }

  /** The live rows with one of these names. Their first letters are a sieve that makes no strings. */
  *rowsNamed(names: ReadonlySet<string>): Generator<number> {
    const initials = new Set(Array.from(names, (name) => name.charCodeAt(0)));
    for (let row = 0; row < this.length; row++) {
      const initial = this.lines[row * LINE_BYTES + this.commStart[row]!]!;
      const isLikely = initials.has(initial) && !this.isDead(row);
      if (isLikely && names.has(this.comm(row))) yield row;
    }
  }
}

/** Whether two rows of two passes are one process: a pid is used again in time. */
export function isSameProcess(
  a: ProcessTable,
  rowA: number,
  b: ProcessTable,
  rowB: number,
): boolean {
  return (
    rowA < a.length && a.pid[rowA] === b.pid[rowB] && a.startTicks[rowA] === b.startTicks[rowB]
  );
}

/** The processes of one pass over `/proc`, a column an attribute, so that a pass allocates nothing. */

/** What the kernel counts a process's time in: 1/100 s on every Linux (USER_HZ, man 7 time). */
export const TICKS_PER_SECOND = 100;

/** The kernel cuts a user process's name (comm) to 15 bytes. */
const COMM_BYTES = 16;

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
  /** The kernel's flags; among them whether it ever used a privilege. */
  flags = new Uint32Array(0);
  /** Page faults that needed no reading from disk. */
  minorFaults = new Float64Array(0);
  /** When it started, in ticks (1/100 s) since boot. */
  startTicks = new Float64Array(0);
  /** CPU ticks the process used itself. */
  ownTicks = new Float64Array(0);
  /** CPU ticks of its descendants that it, or a reaped child, has waited for. */
  reapedTicks = new Float64Array(0);
  /** Resident set in pages. */
  rssPages = new Float64Array(0);
  private comms = new Uint8Array(0);

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
    this.flags = new Uint32Array(size);
    this.minorFaults = new Float64Array(size);
    this.startTicks = new Float64Array(size);
    this.ownTicks = new Float64Array(size);
    this.reapedTicks = new Float64Array(size);
    this.rssPages = new Float64Array(size);
    this.comms = new Uint8Array(size * COMM_BYTES);
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

  setComm(row: number, bytes: Uint8Array, start: number, end: number): void {
    const at = row * COMM_BYTES;
    const length = Math.min(end - start, COMM_BYTES - 1);
    for (let i = 0; i < length; i++) this.comms[at + i] = bytes[start + i]!;
    this.comms[at + length] = 0;
  }

  /** The process's name, cut to 15 bytes. */
  comm(row: number): string {
    const at = row * COMM_BYTES;
    let end = at;
    while (this.comms[end] !== 0) end++;
    return Buffer.from(this.comms.buffer, at, end - at).toString("latin1");
  }

  /** The live rows with one of these names. Their first letters are a sieve that makes no strings. */
  *rowsNamed(names: ReadonlySet<string>): Generator<number> {
    const initials = new Set(Array.from(names, (name) => name.charCodeAt(0)));
    for (let row = 0; row < this.length; row++) {
      const isLikely = initials.has(this.comms[row * COMM_BYTES]!) && !this.isDead(row);
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

/** The processes of one pass over `/proc`, in one typed array for each attribute, so that a pass allocates nothing. */

/** Bytes kept of a name. The kernel cuts names of processes to 15 bytes; longer ones of kernel threads are cut here. */
export const COMM_BYTES = 16;

/** A table shrinks when it has room for more than this many times the rows needed. */
const SPARE_FACTOR = 4;
const MIN_ROWS = 64;

export class ProcessTable {
  /** The number of rows, in ascending order of pid. */
  length = 0;
  pid = new Int32Array(0);
  parentPid = new Int32Array(0);
  /** The effective uid. */
  uid = new Uint32Array(0);
  /** The state `R`, `S`, `Z` … as a character code. */
  state = new Uint8Array(0);
  /** The controlling terminal in the kernel's encoding; 0 for none. */
  ttyNumber = new Int32Array(0);
  threads = new Int32Array(0);
  /** The start time in ticks since boot. */
  startTicks = new Float64Array(0);
  /** CPU ticks of the process itself. */
  ownTicks = new Float64Array(0);
  /** CPU ticks of descendants reaped by the process or by its reaped children. */
  reapedTicks = new Float64Array(0);
  /** Resident set in pages. */
  rssPages = new Float64Array(0);
  /** The id of the control group that listed the process when it was last read; 0 for none. */
  group = new Int32Array(0);
  /** The slot of the row's line in `StatLines`; -1 for none. */
  slot = new Int32Array(0);
  /** The number of the last pass that read the row. */
  readInPass = new Int32Array(0);
  /** 1 when that pass did not read the uid: the next pass reads the row again. */
  lacksUid = new Uint8Array(0);
  /** The names (comm), `COMM_BYTES` for each, filled up with NUL. */
  comms = Buffer.alloc(0);

  /**
   * The rows that differ from the last pass, in ascending order: new processes, and those whose line or uid has
   * changed. Only the first `changedCount` entries are valid.
   */
  changed = new Int32Array(0);
  changedCount = 0;
  /** For each entry of `changed`: the row of the same process in the last table, or -1. */
  before = new Int32Array(0);
  /** The rows of the last table whose processes have ended, in ascending order. */
  ended: number[] = [];
  /** The latest start of any process seen so far, in ticks since boot. */
  youngestTicks = 0;
  /** The number of processes read in this pass; the others have not run since they were read. */
  processesRead = 0;

  private columns: Column[] = [];

  /** Makes room for `capacity` rows and clears the table. */
  reset(capacity: number): void {
    this.length = 0;
    this.changedCount = 0;
    this.ended = [];
    this.processesRead = 0;
    const size = this.pid.length;
    const wanted = Math.max(capacity, MIN_ROWS);
    // A quarter more than asked, so that a slowly growing host does not reallocate at each pass.
    if (wanted > size || size > wanted * SPARE_FACTOR) this.allocate(Math.ceil(wanted * 1.25));
  }

  private allocate(size: number): void {
    this.columns = [
      (this.pid = new Int32Array(size)),
      (this.parentPid = new Int32Array(size)),
      (this.uid = new Uint32Array(size)),
      (this.state = new Uint8Array(size)),
      (this.ttyNumber = new Int32Array(size)),
      (this.threads = new Int32Array(size)),
      (this.startTicks = new Float64Array(size)),
      (this.ownTicks = new Float64Array(size)),
      (this.reapedTicks = new Float64Array(size)),
      (this.rssPages = new Float64Array(size)),
      (this.group = new Int32Array(size)),
      (this.slot = new Int32Array(size)),
      (this.readInPass = new Int32Array(size)),
      (this.lacksUid = new Uint8Array(size)),
    ];
    this.comms = Buffer.alloc(size * COMM_BYTES);
    this.changed = new Int32Array(size);
    this.before = new Int32Array(size);
  }

  /** Copies `count` rows of another table, starting at row `from`, to the rows starting at `to`. */
  carry(other: ProcessTable, from: number, count: number, to: number): void {
    for (let i = 0; i < this.columns.length; i++) {
      this.columns[i]!.set(other.columns[i]!.subarray(from, from + count), to);
    }
    other.comms.copy(this.comms, to * COMM_BYTES, from * COMM_BYTES, (from + count) * COMM_BYTES);
  }

  /** Moves `count` rows within this table. */
  move(from: number, count: number, to: number): void {
    for (const column of this.columns) column.copyWithin(to, from, from + count);
    this.comms.copyWithin(to * COMM_BYTES, from * COMM_BYTES, (from + count) * COMM_BYTES);
  }

  /** The row of a pid, or -1. */
  row(pid: number): number {
    const row = this.rowFrom(pid);
    return row < this.length && this.pid[row] === pid ? row : -1;
  }

  /** The first row of a process with this pid or a higher one; `length` when there is none. */
  rowFrom(pid: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.pid[middle]! < pid) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether the row's process is a zombie or dead: still listed, but no longer part of a session. */
  isDead(row: number): boolean {
    const state = this.state[row];
    return state === 0x5a || state === 0x58 || state === 0x78; // Z, X, x
  }

  /** The process's name, at most `COMM_BYTES` of it. */
  comm(row: number): string {
    const start = row * COMM_BYTES;
    const end = this.comms.indexOf(0, start);
    return this.comms.toString(
      "latin1",
      start,
      Math.min(end < 0 ? Infinity : end, start + COMM_BYTES),
    );
  }

  setComm(row: number, bytes: Uint8Array): void {
    const start = row * COMM_BYTES;
    this.comms.fill(0, start, start + COMM_BYTES);
    this.comms.set(bytes.subarray(0, COMM_BYTES), start);
  }

  /** The live rows with one of these names, in ascending order. */
  rowsNamed(names: ReadonlySet<string>): number[] {
    const rows: number[] = [];
    const all = this.comms.subarray(0, this.length * COMM_BYTES);
    for (const name of names) {
      // A byte search creates no strings for other names.
      const pattern = name.length < COMM_BYTES ? `${name}\0` : name;
      for (let at = all.indexOf(pattern, 0, "latin1"); at >= 0;) {
        const row = Math.floor(at / COMM_BYTES);
        if (at % COMM_BYTES === 0 && !this.isDead(row)) rows.push(row);
        at = all.indexOf(pattern, at + 1, "latin1");
      }
    }
    return rows.sort((a, b) => a - b);
  }
}

type Column = Int32Array | Uint32Array | Uint8Array | Float64Array;

/** Whether rows of two passes are the same process: pids are reused, so start times are compared. */
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

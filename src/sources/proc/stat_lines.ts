/** The `/proc/PID/stat` lines from which rows were parsed: an unchanged line is not parsed again. */

/** Bytes read of a stat line. All needed fields lie within the first 350. */
export const LINE_BYTES = 384;

const MIN_SLOTS = 64;
/** The store shrinks when it has more than this many times the slots in use. */
const SPARE_FACTOR = 4;

export class StatLines {
  private bytes = Buffer.alloc(0);
  private lengths = new Uint16Array(0);
  private free: number[] = [];
  private used = 0;

  /** Whether a slot holds the same line. */
  holds(slot: number, line: Buffer, length: number): boolean {
    if (slot < 0 || this.lengths[slot] !== length) return false;
    const at = slot * LINE_BYTES;
    return line.compare(this.bytes, at, at + length, 0, length) === 0;
  }

  /**
   * Keeps a line.
   *
   * @param slot the slot of the process's last line, which this one replaces; -1 for none
   * @returns the slot of the line
   */
  keep(slot: number, line: Buffer, length: number): number {
    if (slot < 0) slot = this.free.pop() ?? this.used++;
    if (slot >= this.lengths.length) this.grow(slot + 1);
    line.copy(this.bytes, slot * LINE_BYTES, 0, length);
    this.lengths[slot] = length;
    return slot;
  }

  release(slot: number): void {
    if (slot >= 0) this.free.push(slot);
  }

  /** Whether so few slots are in use that all lines should be dropped to free memory. */
  get isWasteful(): boolean {
    const inUse = Math.max(MIN_SLOTS, this.used - this.free.length);
    return this.lengths.length > inUse * SPARE_FACTOR;
  }

  clear(): void {
    this.bytes = Buffer.alloc(0);
    this.lengths = new Uint16Array(0);
    this.free = [];
    this.used = 0;
  }

  private grow(slots: number): void {
    const size = Math.max(MIN_SLOTS, Math.ceil(slots * 1.25));
    const bytes = Buffer.alloc(size * LINE_BYTES);
    this.bytes.copy(bytes);
    this.bytes = bytes;
    const lengths = new Uint16Array(size);
    lengths.set(this.lengths);
    this.lengths = lengths;
  }
}

import type { JournalPosition } from "./position.ts";

interface TimeRange {
  firstUs: number;
  lastUs: number;
}

/**
 * `journalctl --flush` copies what lies below /run to /var, with new numbers in a new file, and a
 * record must not be handed over twice for it. The copies keep their boot and their time since boot,
 * and journald writes to one of the two places at a time: so what lies below /var within the time
 * that was read below /run is a copy.
 */
export class FlushedRanges {
  /** By namespace and boot. One boot is all there is below /run, so the oldest may go. */
  private readonly ranges = new Map<string, TimeRange>();

  constructor(saved: JournalPosition["volatile"]) {
    for (const [key, [firstUs, lastUs]] of Object.entries(saved ?? {})) {
      this.ranges.set(key, { firstUs, lastUs });
    }
  }

  /** A record below /run was handed over. */
  add(namespace: string, bootId: string, monotonicUs: number): void {
    const key = `${namespace}/${bootId}`;
    const range = this.ranges.get(key);
    if (range === undefined) {
      for (const old of this.ranges.keys()) {
        if (old.startsWith(`${namespace}/`)) this.ranges.delete(old);
      }
      this.ranges.set(key, { firstUs: monotonicUs, lastUs: monotonicUs });
      return;
    }
    range.firstUs = Math.min(range.firstUs, monotonicUs);
    range.lastUs = Math.max(range.lastUs, monotonicUs);
  }

  /** True for a record below /var that was handed over when it lay below /run. */
  has(namespace: string, bootId: string, monotonicUs: number): boolean {
    if (this.ranges.size === 0) return false;
    const range = this.ranges.get(`${namespace}/${bootId}`);
    return range !== undefined && monotonicUs >= range.firstUs && monotonicUs <= range.lastUs;
  }

  toJSON(): Record<string, [number, number]> {
    const saved: Record<string, [number, number]> = {};
    for (const [key, { firstUs, lastUs }] of this.ranges) saved[key] = [firstUs, lastUs];
    return saved;
  }
}

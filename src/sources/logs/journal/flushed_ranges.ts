import type { JournalPosition } from "./position.ts";

interface TimeRange {
  firstUs: number;
  lastUs: number;
}

/**
 * `journalctl --flush` copies entries from /run to /var, with new numbers in a new file, and no record must be returned
 * twice because of it. Copies keep their boot and their time since boot, and journald writes to only one of the two
 * places at a time, so an entry below /var within the time range read below /run is a copy.
 */
export class FlushedRanges {
  /** By namespace and boot. Below /run there is only one boot, so the oldest ranges may be dropped. */
  private readonly ranges = new Map<string, TimeRange>();

  constructor(saved: JournalPosition["volatile"]) {
    for (const [key, [firstUs, lastUs]] of Object.entries(saved ?? {})) {
      this.ranges.set(key, { firstUs, lastUs });
    }
  }

  /** Notes that a record below /run was returned. */
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

  /** True for a record below /var that was already returned from /run. */
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

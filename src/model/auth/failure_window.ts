import { savedCount, savedList, savedNumber, savedRecord, savedText } from "./saved.ts";

export const WINDOW_SECONDS = 3600;
/** So many addresses are told apart; the count of more is a lower bound. */
export const MAX_ORIGINS = 8192;

/**
 * Failures of the last 60 minutes, to the second, and the addresses they came from. Its memory does
 * not grow with the number of failures.
 */
export class FailureWindow {
  /** A slot for each second of the hour: which second it holds, and its count. */
  private readonly seconds = new Float64Array(WINDOW_SECONDS);
  private readonly counts = new Float64Array(WINDOW_SECONDS);
  /** The second of the last failure of each address. */
  private readonly lastSecondByAddress = new Map<string, number>();
  /** When an address was last turned away because there were too many. */
  private overflowSecond = Number.NEGATIVE_INFINITY;
  private prunedSecond = Number.NEGATIVE_INFINITY;

  /**
   * @param timeMs when it happened. A time after `nowMs` counts as now: the writer's clock is not ours
   */
  add(timeMs: number, nowMs: number, count: number, address: string | undefined): void {
    const second = Math.floor(Math.min(timeMs, nowMs) / 1000);
    const nowSecond = Math.floor(nowMs / 1000);
    if (!isRecent(second, nowSecond) || second < 0) return;
    const slot = second % WINDOW_SECONDS;
    if (this.seconds[slot] !== second) {
      this.seconds[slot] = second;
      this.counts[slot] = 0;
    }
    this.counts[slot]! += count;
    if (address !== undefined) this.addSource(address, second, nowSecond);
  }

  /** Failures in the 60 minutes up to now. */
  failures(nowMs: number): number {
    const nowSecond = Math.floor(nowMs / 1000);
    let sum = 0;
    for (let slot = 0; slot < WINDOW_SECONDS; slot++) {
      // What is still to come must not count when its time has come.
      if (this.seconds[slot]! > nowSecond) this.counts[slot] = 0;
      if (isRecent(this.seconds[slot]!, nowSecond)) sum += this.counts[slot]!;
    }
    return sum;
  }

  /** Distinct addresses in the 60 minutes up to now. `exceeded`: there may be more than `count`. */
  sources(nowMs: number): { count: number; exceeded: boolean } {
    const nowSecond = Math.floor(nowMs / 1000);
    this.prune(nowSecond);
    return {
      count: this.lastSecondByAddress.size,
      exceeded: isRecent(this.overflowSecond, nowSecond),
    };
  }

  private addSource(address: string, second: number, nowSecond: number): void {
    const known = this.lastSecondByAddress.get(address);
    if (known === undefined && this.lastSecondByAddress.size >= MAX_ORIGINS) {
      if (this.prunedSecond !== nowSecond) this.prune(nowSecond);
      if (this.lastSecondByAddress.size >= MAX_ORIGINS) {
        const before = isRecent(this.overflowSecond, nowSecond) ? this.overflowSecond : second;
        this.overflowSecond = Math.max(before, second);
        return;
      }
    }
    if (known === undefined || known < second || known > nowSecond) {
      this.lastSecondByAddress.set(address, second);
    }
  }

  private prune(nowSecond: number): void {
    this.prunedSecond = nowSecond;
    for (const [address, second] of this.lastSecondByAddress) {
      if (!isRecent(second, nowSecond)) this.lastSecondByAddress.delete(address);
    }
  }

  toJSON(): unknown {
    const counts: [number, number][] = [];
    this.seconds.forEach((second, slot) => {
      if (this.counts[slot]! > 0) counts.push([second, this.counts[slot]!]);
    });
    const overflowSecond = Math.max(0, this.overflowSecond);
    return { counts, sources: [...this.lastSecondByAddress], overflowSecond };
  }

  /** @throws SavedStateError for a value that `toJSON` did not make */
  static from(value: unknown): FailureWindow {
    const saved = savedRecord(value, "the window");
    const window = new FailureWindow();
    for (const item of savedList(saved["counts"], "the window's counts")) {
      const row = savedList(item, "a second");
      const second = savedCount(row[0], "a second's time");
      window.seconds[second % WINDOW_SECONDS] = second;
      window.counts[second % WINDOW_SECONDS] = savedCount(row[1], "a second's count");
    }
    for (const item of savedList(saved["sources"], "the window's sources").slice(0, MAX_ORIGINS)) {
      const row = savedList(item, "a source");
      window.lastSecondByAddress.set(
        savedText(row[0], "a source"),
        savedNumber(row[1], "a source's time"),
      );
    }
    const overflow = savedNumber(saved["overflowSecond"], "the overflow's time");
    if (overflow > 0) window.overflowSecond = overflow;
    return window;
  }
}

/** Whether a second lies in the hour up to now. One that is still to come is from before a clock was set back. */
function isRecent(second: number, nowSecond: number): boolean {
  return second > nowSecond - WINDOW_SECONDS && second <= nowSecond;
}

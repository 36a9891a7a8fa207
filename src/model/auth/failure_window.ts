import { FAILURE_REASONS, type FailureReason } from "./outcome.ts";
import { OriginWindow, type Origin } from "./origin_window.ts";
import { savedCount, savedList, savedRecord } from "../../sources/saved_value.ts";

export { MAX_ORIGINS, type Origin } from "./origin_window.ts";
export const WINDOW_SECONDS = 3600;

/**
 * Failures of the last 60 minutes: counts by second and reason, and the addresses they came from. Memory use does not
 * grow with the number of failures.
 */
export class FailureWindow {
  /** One slot for each second of the hour: the second it holds, its count, and its counts by reason. */
  private readonly seconds = new Float64Array(WINDOW_SECONDS);
  private readonly counts = new Float64Array(WINDOW_SECONDS);
  private readonly reasons = FAILURE_REASONS.map(() => new Uint32Array(WINDOW_SECONDS));
  private origins = new OriginWindow();
  /** The sums of the hour up to this second, kept up to date; undefined before the first. */
  private sumSecond: number | undefined;
  private sum = 0;
  private readonly reasonSums = FAILURE_REASONS.map(() => 0);

  /** @param timeMs when it happened; a time after `nowMs` counts as now, since the writer's clock may be ahead */
  add(
    timeMs: number,
    nowMs: number,
    count: number,
    address: string | undefined,
    reason?: FailureReason,
  ): void {
    const second = Math.floor(Math.min(timeMs, nowMs) / 1000);
    const nowSecond = Math.floor(nowMs / 1000);
    if (!isRecent(second, nowSecond) || second < 0) return;
    this.advance(nowSecond);
    const slot = this.slotOf(second);
    this.counts[slot]! += count;
    this.sum += count;
    if (reason !== undefined) {
      const index = FAILURE_REASONS.indexOf(reason);
      this.reasons[index]![slot]! += count;
      this.reasonSums[index]! += count;
    }
    if (address !== undefined) this.origins.add(address, second, nowSecond, count);
  }

  /** Adds the address of failures that were added without one. */
  addOrigin(timeMs: number, nowMs: number, count: number, address: string): void {
    const second = Math.floor(Math.min(timeMs, nowMs) / 1000);
    const nowSecond = Math.floor(nowMs / 1000);
    if (!isRecent(second, nowSecond) || second < 0) return;
    this.origins.add(address, second, nowSecond, count);
  }

  /** The number of failures in the last 60 minutes. */
  failures(nowMs: number): number {
    this.advance(Math.floor(nowMs / 1000));
    return this.sum;
  }

  /** The same by reason. Version 1.0.0 saved no reasons, so the sum may be lower. */
  failuresByReason(nowMs: number): Record<FailureReason, number> {
    this.advance(Math.floor(nowMs / 1000));
    const sums = FAILURE_REASONS.map((reason, i) => [reason, this.reasonSums[i]!]);
    return Object.fromEntries(sums) as Record<FailureReason, number>;
  }

  /** The number of distinct addresses in the last 60 minutes. `exceeded`: there may be more than `count`. */
  sources(nowMs: number): { count: number; exceeded: boolean } {
    return this.origins.count(Math.floor(nowMs / 1000));
  }

  /** The addresses with the most failures in the last hour, to the nearest five minutes, most first. */
  topOrigins(nowMs: number, limit: number): Origin[] {
    return this.origins.top(Math.floor(nowMs / 1000), limit);
  }

  private slotOf(second: number): number {
    const slot = second % WINDOW_SECONDS;
    if (this.seconds[slot] !== second) {
      this.seconds[slot] = second;
      this.clear(slot);
    }
    return slot;
  }

  /** Takes the seconds out of the sums that have left the hour: a step for each that has passed. */
  private advance(nowSecond: number): void {
    const before = this.sumSecond;
    this.sumSecond = nowSecond;
    if (before === undefined || nowSecond < before || nowSecond >= before + WINDOW_SECONDS) {
      return this.sumAgain(nowSecond);
    }
    for (let second = before + 1; second <= nowSecond; second++) {
      const slot = second % WINDOW_SECONDS;
      // It holds the same second of the hour before, or of one still earlier that is out already.
      if (this.seconds[slot] === second - WINDOW_SECONDS) this.addSlot(slot, -1);
    }
  }

  /** At the start, after an hour, and when a clock was set back. */
  private sumAgain(nowSecond: number): void {
    this.sum = 0;
    this.reasonSums.fill(0);
    for (let slot = 0; slot < WINDOW_SECONDS; slot++) {
      // A second in the future must not count once it is reached.
      if (this.seconds[slot]! > nowSecond) this.clear(slot);
      if (isRecent(this.seconds[slot]!, nowSecond)) this.addSlot(slot, 1);
    }
  }

  private addSlot(slot: number, sign: 1 | -1): void {
    this.sum += sign * this.counts[slot]!;
    for (const [i, counts] of this.reasons.entries()) this.reasonSums[i]! += sign * counts[slot]!;
  }

  private clear(slot: number): void {
    this.counts[slot] = 0;
    for (const counts of this.reasons) counts[slot] = 0;
  }

  toJSON(): unknown {
    const counts: number[][] = [];
    this.seconds.forEach((second, slot) => {
      if (!(this.counts[slot]! > 0)) return;
      counts.push([second, this.counts[slot]!, ...this.reasons.map((each) => each[slot]!)]);
    });
    return { counts, ...this.origins.toJSON() };
  }

  /** @throws SavedStateError for a value that `toJSON` did not make */
  static from(value: unknown): FailureWindow {
    const saved = savedRecord(value, "window");
    const window = new FailureWindow();
    for (const item of savedList(saved["counts"], "window's counts")) {
      const row = savedList(item, "second");
      const slot = window.slotOf(savedCount(row[0], "second's time"));
      window.counts[slot] = savedCount(row[1], "second's count");
      for (const [i, counts] of window.reasons.entries()) {
        counts[slot] = savedCount(row[2 + i] ?? 0, "second's count of a reason");
      }
    }
    window.origins = OriginWindow.from(saved);
    return window;
  }
}

/** Whether a second lies in the last hour. One in the future was added before the clock was set back. */
function isRecent(second: number, nowSecond: number): boolean {
  return second > nowSecond - WINDOW_SECONDS && second <= nowSecond;
}

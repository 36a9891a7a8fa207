import { savedCount, savedList, savedNumber, savedRecord } from "../../sources/saved_value.ts";

/** The upper bounds of the buckets in seconds: from one second to thirty days. */
export const DURATION_BOUNDS = [
  1,
  10,
  60,
  300,
  900,
  3600,
  4 * 3600,
  8 * 3600,
  86_400,
  3 * 86_400,
  7 * 86_400,
  30 * 86_400,
] as const;

/** How long sessions lasted: a histogram. */
export class Durations {
  /** How many fell into each bucket, not cumulative; the last one is above all bounds. */
  readonly counts: number[] = Array.from({ length: DURATION_BOUNDS.length + 1 }, () => 0);
  sumSeconds = 0;

  add(seconds: number): void {
    const place = DURATION_BOUNDS.findIndex((bound) => seconds <= bound);
    this.counts[place < 0 ? DURATION_BOUNDS.length : place]!++;
    this.sumSeconds += seconds;
  }

  get total(): number {
    return this.counts.reduce((a, b) => a + b);
  }

  /** Saved with its bounds, so that a version with other bounds can convert it. */
  toJSON(): unknown {
    return { bounds: DURATION_BOUNDS, counts: this.counts, sumSeconds: this.sumSeconds };
  }

  /**
   * Restores a histogram. Counts saved with other bounds go into the bucket that holds their own bound.
   *
   * @throws SavedStateError for a value that `toJSON` did not make
   */
  static from(value: unknown): Durations {
    const saved = savedRecord(value, "durations");
    const bounds = savedList(saved["bounds"], "bounds").map((bound) => savedNumber(bound, "bound"));
    const durations = new Durations();
    for (const [i, count] of savedList(saved["counts"], "counts").entries()) {
      const bound = bounds[i] ?? Infinity;
      const place = DURATION_BOUNDS.findIndex((own) => bound <= own);
      durations.counts[place < 0 ? DURATION_BOUNDS.length : place]! += savedCount(count, "count");
    }
    durations.sumSeconds = savedNumber(saved["sumSeconds"], "sum of durations");
    return durations;
  }
}

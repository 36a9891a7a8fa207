/** CPU seconds by uid at one moment. */
export interface CpuSample {
  /** Milliseconds of a monotonic clock. */
  atMs: number;
  secondsByUid: ReadonlyMap<number, number>;
}

/** The time span of a ratio, so that several or fast scrapers see the same smooth value. */
const LOOK_BACK_MS = 5000;

/** Samples closer together than this are dropped, so that fast scrapes don't fill the memory. */
const SPACING_MS = 500;

/** The samples that CPU ratios are measured against. */
export class CpuHistory {
  private samples: CpuSample[] = [];

  /** The age of the oldest sample in milliseconds; undefined without samples. */
  ageMs(nowMs: number): number | undefined {
    const oldest = this.samples[0];
    return oldest && nowMs - oldest.atMs;
  }

  /** Adds the newest sample and drops those that no ratio needs any more. */
  add(sample: CpuSample): void {
    const last = this.samples.at(-1);
    if (last && sample.atMs - last.atMs < SPACING_MS) return;
    this.samples.push(sample);
    const base = this.baseIndex(sample.atMs);
    if (base > 0) this.samples = this.samples.slice(base);
  }

  /**
   * The share of all CPUs, 0 to 1, that each user has used since the newest sample that is at least 5 s old, or else
   * since the oldest; undefined when there is no earlier sample.
   */
  ratios(now: CpuSample, onlineCpus: number): Map<number, number> | undefined {
    const base = this.samples[this.baseIndex(now.atMs)];
    if (!base || now.atMs <= base.atMs) return undefined;
    const cpuSeconds = ((now.atMs - base.atMs) / 1000) * onlineCpus;
    const ratios = new Map<number, number>();
    for (const [uid, seconds] of now.secondsByUid) {
      const before = base.secondsByUid.get(uid) ?? 0;
      // A lower counter than before was dropped and restarted at 0.
      const used = seconds >= before ? seconds - before : seconds;
      ratios.set(uid, Math.min(1, used / cpuSeconds));
    }
    return ratios;
  }

  private baseIndex(nowMs: number): number {
    const index = this.samples.findLastIndex(({ atMs }) => nowMs - atMs >= LOOK_BACK_MS);
    return Math.max(0, index);
  }
}

/** CPU seconds by uid at one moment. */
export interface CpuSample {
  /** A monotonic clock's milliseconds. */
  atMs: number;
  secondsByUid: ReadonlyMap<number, number>;
}

/** A ratio looks back this far, so that two scrapers, or one that hurries, see the same smooth value. */
const LOOK_BACK_MS = 5000;

/** Samples closer together than this are not kept, so that hurried scrapes don't fill the memory. */
const SPACING_MS = 500;

/** The samples that CPU ratios are measured against. */
export class CpuHistory {
  private samples: CpuSample[] = [];

  /** How old the oldest sample is, in milliseconds; undefined when there is none. */
  ageMs(nowMs: number): number | undefined {
    const oldest = this.samples[0];
    return oldest && nowMs - oldest.atMs;
  }

  /** Adds the newest sample and forgets those that no ratio will look back at. */
  add(sample: CpuSample): void {
    const last = this.samples.at(-1);
    if (last && sample.atMs - last.atMs < SPACING_MS) return;
    this.samples.push(sample);
    const base = this.baseIndex(sample.atMs);
    if (base > 0) this.samples = this.samples.slice(base);
  }

  /**
   * The share of all CPUs, 0 to 1, that each user took since the newest sample that is at least 5 s
   * old, or else since the oldest; undefined when there is no earlier sample.
   */
  ratios(now: CpuSample, onlineCpus: number): Map<number, number> | undefined {
    const base = this.samples[this.baseIndex(now.atMs)];
    if (!base || now.atMs <= base.atMs) return undefined;
    const cpuSeconds = ((now.atMs - base.atMs) / 1000) * onlineCpus;
    const ratios = new Map<number, number>();
    for (const [uid, seconds] of now.secondsByUid) {
      const before = base.secondsByUid.get(uid) ?? 0;
      // A counter that is less than before was forgotten, and begun anew.
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

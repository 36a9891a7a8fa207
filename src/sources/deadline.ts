/** The work was not done in time. */
export class DeadlineError extends Error {
  override name = "DeadlineError";
}

/**
 * The time limit of an answer. Synchronous work can't be interrupted, so long work is split into short pieces and
 * checks the deadline between them.
 */
export class Deadline {
  private readonly startMs: number;
  /** Timers and the clock differ by a little; the first of them to expire counts. */
  private isOver = false;

  /** @param nowMs a clock that only goes forward */
  constructor(
    readonly limitMs: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.startMs = nowMs();
  }

  get remainingMs(): number {
    return this.isOver ? 0 : Math.max(0, this.startMs + this.limitMs - this.nowMs());
  }

  /** @throws DeadlineError once the time is over */
  check(): void {
    if (this.remainingMs === 0) throw this.error();
  }

  /**
   * The result of work, if it comes in time. Work that is late goes on, but nobody waits for it.
   *
   * @throws DeadlineError once the time is over, and what the work throws
   */
  async bound<T>(work: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.isOver = true;
        reject(this.error());
      }, this.remainingMs);
    });
    try {
      return await Promise.race([work, over]);
    } finally {
      clearTimeout(timer);
    }
  }

  private error(): DeadlineError {
    return new DeadlineError(`not done within ${this.limitMs / 1000} s`);
  }
}

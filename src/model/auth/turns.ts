/** The build's `jitPolicy`; without a build the runtime's default. */
declare const JIT_POLICY: number | undefined;
const JIT_POLICY_AT_START = typeof JIT_POLICY === "undefined" ? 1 : JIT_POLICY;

/** Longest turn of work on a log before yielding, so that requests are answered in between. */
const TURN_MS = 20;
/** Longest time that a collection waits for the work; the rest is done between collections. */
export const WAIT_MS = 2000;

/** The clock and the pause; tests pass their own. */
export interface Pace {
  /** A monotonic time in milliseconds. */
  clockMs: () => number;
  /** Yields to other work. */
  pause: () => Promise<void>;
  /** Sets how soon the runtime compiles code: work of many turns earns back what that costs. */
  compile?: (when: "soon" | "late") => void;
}

export const REAL_PACE: Pace = {
  clockMs: () => performance.now(),
  pause: () => new Promise((resolve) => setImmediate(resolve)),
  compile: (when) => Bun.unsafe.setJITPolicy(when === "soon" ? 1 : JIT_POLICY_AT_START),
};

/** Does work in short turns until it is done. A caller waits for a limited time; the work goes on after that. */
export class Turns {
  private running: Promise<void> | undefined;
  private failure: { error: unknown } | undefined;
  private waiter: { untilMs: number; goOn: () => void } | undefined;
  private isStopped = false;

  /** @param work works until `mayGoOn` returns false; returns false while there is more to do */
  constructor(
    private readonly work: (mayGoOn: () => boolean) => boolean,
    private readonly pace: Pace = REAL_PACE,
  ) {}

  /**
   * Starts the work unless it is running, and waits until it is done, at most for `WAIT_MS`.
   *
   * @throws what the work threw; the next call starts over
   */
  async wait(): Promise<void> {
    const { pace } = this;
    const waited = new Promise<void>((goOn) => {
      this.waiter = { untilMs: pace.clockMs() + WAIT_MS, goOn };
    });
    if (this.running === undefined) {
      this.failure = undefined;
      this.running = this.run().finally(() => (this.running = undefined));
    }
    await Promise.race([this.running, waited]);
    this.waiter = undefined;
    if (this.failure !== undefined) throw this.failure.error;
  }

  /** Ends the work after the current turn. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
    this.isStopped = false;
  }

  private async run(): Promise<void> {
    const { pace } = this;
    let isLong = false;
    try {
      for (;;) {
        const endMs = pace.clockMs() + TURN_MS;
        if (this.work(() => pace.clockMs() < endMs)) break;
        if (!isLong) pace.compile?.("soon");
        isLong = true;
        if (this.waiter !== undefined && pace.clockMs() >= this.waiter.untilMs) this.waiter.goOn();
        await pace.pause();
        if (this.isStopped) break;
      }
    } catch (error) {
      this.failure = { error };
    }
    if (isLong) pace.compile?.("late");
  }
}

import type { Log } from "../log.ts";
import { hasFreeDescriptor } from "../sources/descriptors.ts";

/** How often to check whether clients have taken all descriptors, in milliseconds. */
export const LOOK_EVERY_MS = 5000;

/** How long the thread sleeps in each turn of the event loop while no descriptor is free. */
const SLEEP_MS = 5;

/** The functions it uses; tests pass their own. */
export interface BrakeTools {
  hasFreeDescriptor: () => boolean;
  sleep: (ms: number) => void;
  /** Calls a function in the next turn of the event loop. */
  inNextTurn: (act: () => void) => void;
}

const REAL_TOOLS: BrakeTools = {
  hasFreeDescriptor,
  sleep: (ms) => Bun.sleepSync(ms),
  inNextTurn: (act) => void setImmediate(act),
};

/**
 * Without a free descriptor accept(2) fails, and the waiting connection wakes the runtime's event loop again at once,
 * so the loop would use a whole CPU until clients disconnect, without any message. So the thread sleeps for a moment in
 * each turn. Requests on open connections are still answered, a few milliseconds later.
 */
export class AcceptBrake {
  private timer: Timer | undefined;
  private isBraking = false;

  constructor(
    private readonly log: Log,
    private readonly tools = REAL_TOOLS,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.isBraking = false;
  }

  look(): void {
    if (this.isBraking || this.tools.hasFreeDescriptor()) return;
    this.isBraking = true;
    this.log.warn("no free descriptors, new connections wait");
    this.brake();
  }

  private brake(): void {
    this.tools.inNextTurn(() => {
      if (!this.isBraking) return;
      if (this.tools.hasFreeDescriptor()) {
        this.isBraking = false;
        return;
      }
      this.tools.sleep(SLEEP_MS);
      this.brake();
    });
  }
}

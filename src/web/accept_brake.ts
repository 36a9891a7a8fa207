import type { Log } from "../log.ts";
import { hasFreeDescriptor } from "../sources/descriptors.ts";

/** How often it is looked whether clients have taken all descriptors, in milliseconds. */
export const LOOK_EVERY_MS = 5000;

/** How long the thread sleeps in each turn of the event loop while they have. */
const SLEEP_MS = 5;

/** What it works with; a test hands in its own. */
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
 * Without a free descriptor accept(2) fails, and the connection that waits wakes the runtime's event loop again at
 * once: it would take a whole CPU until clients leave, and the runtime says nothing of it. So the thread sleeps a
 * little in each turn. Requests that are here already are answered meanwhile, a few milliseconds later.
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

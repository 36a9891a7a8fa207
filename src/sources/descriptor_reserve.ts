/**
 * Descriptors that are held back, so that a collection can still open files when clients have taken all
 * others. open(2), EMFILE.
 */
import { closeSync, openSync } from "node:fs";
import { codeOf } from "./errors.ts";

/** A collection opens its files one after the other; the rest is for what the runtime opens. */
const RESERVED = 16;

export class DescriptorReserve {
  private readonly held: number[] = [];
  private isReleased = false;

  /** @param open opens something small, and gives its descriptor */
  constructor(private readonly open: () => number = () => openSync("/dev/null", "r")) {}

  /** Takes what is missing in the reserve; without free descriptors it stays as it is. */
  fill(): void {
    this.isReleased = false;
    try {
      while (this.held.length < RESERVED) this.held.push(this.open());
    } catch (error) {
      if (!isExhausted(error)) throw error;
    }
  }

  /** Gives the reserve free when no other descriptor is left. */
  releaseIfNeeded(): void {
    try {
      closeSync(this.open());
    } catch (error) {
      if (!isExhausted(error)) throw error;
      this.isReleased = true;
      for (const fd of this.held.splice(0)) closeSync(fd);
    }
  }

  /** Waits, with the reserve held meanwhile: clients that wait for a descriptor would take it. */
  async hold(wait: () => Promise<void>): Promise<void> {
    if (!this.isReleased) return wait();
    this.fill();
    await wait();
    this.releaseIfNeeded();
  }
}

/** Whether this process, or the system, has no descriptor left. */
function isExhausted(error: unknown): boolean {
  const code = codeOf(error);
  return code === "EMFILE" || code === "ENFILE";
}

import type { Emit } from "./outcome.ts";
import { savedCount, savedNumber, savedOptional } from "../../sources/saved_value.ts";

/**
 * Connections that sshd dropped for MaxStartups. From 8.4 to 9.9 it logs the first drop, then every five minutes and at
 * the end the total since the first. This counts the increase of that total.
 */
export class MaxStartups {
  /** The pid of the listener that drops connections. */
  private pid: number | undefined;
  /** Drops counted since the first; undefined when the first was not seen. */
  private counted: number | undefined;

  drop(pid: number, count: number, emit: Emit): void {
    if (pid === this.pid && this.counted !== undefined) this.counted += count;
    emit({ kind: "dropped_connection", count });
  }

  /** @param total the drops since the first; 0 for the line that starts the throttling */
  sum(pid: number, total: number, emit: Emit): void {
    const counted = pid === this.pid ? this.counted : undefined;
    this.pid = pid;
    if (total === 0 || counted === undefined) {
      // Drops from before reading began don't count.
      this.counted = total;
      return;
    }
    if (total > counted) {
      this.counted = total;
      emit({ kind: "dropped_connection", count: total - counted });
    }
  }

  toJSON(): unknown {
    return { pid: this.pid ?? null, counted: this.counted ?? null };
  }

  /** @throws SavedStateError for a value that `toJSON` did not make */
  static from(value: Record<string, unknown>): MaxStartups {
    const maxStartups = new MaxStartups();
    maxStartups.pid = savedOptional(value["pid"], "listener's pid", savedNumber);
    maxStartups.counted = savedOptional(value["counted"], "drops", savedCount);
    return maxStartups;
  }
}

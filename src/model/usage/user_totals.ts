/** The totals of each user's processes, updated by the changes between two passes. */
import { PAGE_BYTES } from "../../sources/proc/auxv.ts";
import type { ProcessTable } from "../../sources/proc/process_table.ts";

export interface UserUsage {
  processCount: number;
  threadCount: number;
  rssBytes: number;
}

export class UserTotals {
  private readonly totals = new Map<number, UserUsage>();

  /** The users with processes now, by uid. */
  get byUid(): ReadonlyMap<number, UserUsage> {
    return this.totals;
  }

  /** Updates the totals from the last pass to the current one. */
  advance(previous: ProcessTable, current: ProcessTable): void {
    for (const row of current.ended) this.add(previous, row, -1);
    for (let i = 0; i < current.changedCount; i++) {
      const old = current.before[i]!;
      if (old >= 0) this.add(previous, old, -1);
      this.add(current, current.changed[i]!, 1);
    }
  }

  private add(table: ProcessTable, row: number, sign: 1 | -1): void {
    const uid = table.uid[row]!;
    let usage = this.totals.get(uid);
    if (!usage) {
      usage = { processCount: 0, threadCount: 0, rssBytes: 0 };
      this.totals.set(uid, usage);
    }
    usage.processCount += sign;
    usage.threadCount += sign * table.threads[row]!;
    usage.rssBytes += sign * table.rssPages[row]! * PAGE_BYTES;
    if (usage.processCount === 0) this.totals.delete(uid);
  }
}

/**
 * Which processes exist. Listing `/proc` is most of a pass on a quiet host with thousands of processes, so it is listed
 * only when the kernel's counters do not account for all processes of the last pass.
 */
import { statSync } from "node:fs";
import type { Root } from "../root.ts";
import { PidAllocation, type PidRange } from "./pid_allocation.ts";
import { readStatus } from "./pid_status.ts";
import { listPids } from "./pids.ts";
import type { ProcessTable } from "./process_table.ts";

/** It is listed at least this often. */
const LIST_EVERY_MS = 60_000;

/** To look at one new pid costs as much as to list this many. */
const LISTED_FOR_ONE = 8;

export class PresentPids {
  /** The pids assigned between the last two readings; undefined when it may have been any. */
  used: PidRange | undefined;
  private readonly allocation: PidAllocation;
  private isOwnNamespace: boolean | undefined;
  private listedMs = -Infinity;

  /** @param isCopy whether it is a copy of a `/proc`, in which the counters do not move */
  constructor(
    private readonly root: Root,
    private readonly isCopy: boolean,
  ) {
    this.allocation = new PidAllocation(root);
  }

  /**
   * The pids of all processes, in ascending order.
   *
   * @param last the table of the last pass, which had the pids of the last reading
   * @throws the system's error when `/proc` can't be listed
   */
  read(last: ProcessTable, nowMs: number): Int32Array {
    // The last pid is the one of this process's namespace, even when `/proc` is that of another one.
    this.isOwnNamespace ??= readStatus(this.root, "self")?.pidNamespaces === 1;
    this.used = this.isOwnNamespace ? this.allocation.advance() : undefined;
    const isDue = this.isCopy || nowMs - this.listedMs >= LIST_EVERY_MS;
    const derived = isDue ? undefined : this.derive(last);
    if (derived) return derived;
    this.listedMs = nowMs;
    return listPids(this.root);
  }

  /** The next reading lists `/proc`: the last pass has failed. */
  forget(): void {
    this.listedMs = -Infinity;
  }

  /**
   * The pids of the last pass and the new ones. Undefined when not every process or thread that has ended is one of the
   * new ones.
   */
  private derive(last: ProcessTable): Int32Array | undefined {
    const { used } = this;
    // Who can't see process 1 does not see all (hidepid), and may see others without any being new.
    if (used?.ended === undefined || last.pid[0] !== 1) return undefined;
    if ((used.last - used.after) * LISTED_FOR_ONE > last.length) return undefined;
    const added: number[] = [];
    let ended = 0;
    for (let pid = used.after + 1; pid <= used.last; pid++) {
      const processId = this.processOf(pid);
      if (processId === undefined) ended++;
      // It started while the last pass listed `/proc`.
      if (last.row(pid) >= 0) {
        if (processId === undefined) return undefined;
      } else if (processId === pid) added.push(pid);
    }
    if (ended !== used.ended) return undefined;
    // One that ended just before it was looked at could stand for an old one that ended earlier.
    if (used.last > used.after && this.allocation.hasMoved()) return undefined;
    const pids = last.pid.subarray(0, last.length);
    if (added.length === 0) return pids;
    const all = new Int32Array(pids.length + added.length);
    all.set(pids);
    all.set(added, pids.length);
    return all.sort();
  }

  /** The process of a process or thread; undefined when it is gone. */
  private processOf(pid: number): number | undefined {
    // For most, which are gone, this costs less than an error.
    if (!statSync(this.root.proc(String(pid)), { throwIfNoEntry: false })) return undefined;
    return readStatus(this.root, pid)?.processId;
  }
}

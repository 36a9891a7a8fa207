/**
 * Which pids the kernel has given to new processes and threads. It assigns them in ascending order and wraps around at
 * the end, so only pids in the assigned range can have been reused. man 5 proc_loadavg (the last pid), man 5 proc_stat
 * (`processes`: forks).
 */
import type { Root } from "../root.ts";
import { LOADAVG } from "./loadavg.ts";
import { MACHINE_STAT } from "./machine_stat.ts";
import { readProcFile } from "./proc_file.ts";

/** Most forks expected between the readings of the two files. */
const SLACK = 100;

/** The pids above `after`, up to `last`. */
export interface PidRange {
  after: number;
  last: number;
}

export class PidAllocation {
  private last = -1;
  private forks = -1;

  constructor(private readonly root: Root) {}

  /** The pids assigned since the last call; undefined when it may have been any. */
  advance(): PidRange | undefined {
    const { last: after, forks: forksBefore } = this;
    this.forks = this.read(MACHINE_STAT, /^processes (\d{1,15})$/m);
    this.last = this.read(LOADAVG, / (\d{1,10})\n$/);
    const isKnown = after >= 0 && this.last >= after && this.forks >= 0 && forksBefore >= 0;
    const hasBegunAgain = this.forks - forksBefore > this.last - after + SLACK;
    return isKnown && !hasBegunAgain ? { after, last: this.last } : undefined;
  }

  /** Reads a number; -1 when it is missing. */
  private read(path: string, pattern: RegExp): number {
    try {
      return Number(pattern.exec(readProcFile(this.root.path(path)))?.[1] ?? -1);
    } catch {
      return -1;
    }
  }
}

/**
 * Which pids the kernel has given to new processes and threads. It assigns them in ascending order and wraps around at
 * the end, so only pids in the assigned range can have been reused. man 5 proc_loadavg (the last pid, and the number of
 * processes and threads), man 5 proc_stat (`processes`: forks).
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
  /**
   * How many processes and threads have ended and been reaped meanwhile; undefined where the kernel's numbers don't
   * match: in a container, for example.
   */
  ended: number | undefined;
}

interface Counters {
  forks: number;
  tasks: number;
  last: number;
}

export class PidAllocation {
  private before: Counters | undefined;

  constructor(private readonly root: Root) {}

  /** The pids assigned since the last call; undefined when it may have been any. */
  advance(): PidRange | undefined {
    const { before } = this;
    const now = (this.before = this.read());
    if (!before || !now || now.last < before.last) return undefined;
    const forks = now.forks - before.forks;
    const assigned = now.last - before.last;
    // They have come to the end and begun again.
    if (forks > assigned + SLACK) return undefined;
    const ended = forks === assigned ? before.tasks + forks - now.tasks : undefined;
    return { after: before.last, last: now.last, ended };
  }

  private read(): Counters | undefined {
    try {
      const text = readProcFile(this.root.path(MACHINE_STAT));
      const forks = /^processes (\d{1,15})$/m.exec(text)?.[1];
      const [, tasks, last] =
        / \d{1,10}\/(\d{1,10}) (\d{1,10})\n$/.exec(readProcFile(this.root.path(LOADAVG))) ?? [];
      if (forks === undefined || last === undefined) return undefined;
      return { forks: Number(forks), tasks: Number(tasks), last: Number(last) };
    } catch {
      return undefined;
    }
  }
}

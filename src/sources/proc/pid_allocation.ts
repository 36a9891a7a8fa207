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

  /** Whether a process or thread has started or ended since the last call of `advance`, as far as can be told. */
  hasMoved(): boolean {
    const now = this.readTasks();
    return !now || now.tasks !== this.before?.tasks || now.last !== this.before.last;
  }

  private read(): Counters | undefined {
    const forks = this.match(MACHINE_STAT, /^processes (\d{1,15})$/m)?.[1];
    const tasks = this.readTasks();
    return forks === undefined || !tasks ? undefined : { forks: Number(forks), ...tasks };
  }

  private readTasks(): Omit<Counters, "forks"> | undefined {
    // Some sandboxes print 0 for both, always.
    const found = this.match(LOADAVG, / \d{1,10}\/([1-9]\d{0,9}) (\d{1,10})\n$/);
    return found ? { tasks: Number(found[1]), last: Number(found[2]) } : undefined;
  }

  private match(path: string, pattern: RegExp): RegExpExecArray | undefined {
    try {
      return pattern.exec(readProcFile(this.root.path(path))) ?? undefined;
    } catch {
      return undefined;
    }
  }
}

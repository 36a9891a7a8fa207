/** Reads `/proc/PID/stat`, through a file that stays open where a process is read in each pass. */
import { readSync } from "node:fs";
import { closeFile, openFile } from "../descriptors.ts";
import { isUnavailable } from "../errors.ts";
import { KeptFiles } from "../kept_files.ts";
import type { Root } from "../root.ts";
import { LINE_BYTES } from "./stat_lines.ts";

/**
 * How many files stay open. A host has some 200 kernel threads, which no control group speaks for; the rest is for
 * processes that run between each two passes. The kernel holds some 10 MiB for all.
 */
const MOST_KEPT = 2048;

export class StatReader {
  /** The line that was read last. */
  readonly line = Buffer.alloc(LINE_BYTES);
  private readonly kept: KeptFiles<number>;

  /** @param isCopy whether it is a copy of a `/proc`: a file of that does not end with a process */
  constructor(
    private readonly root: Root,
    isCopy: boolean,
  ) {
    this.kept = new KeptFiles(isCopy ? 0 : MOST_KEPT);
  }

  beginPass(): void {
    this.kept.begin();
  }

  /**
   * @param isOften whether the pass before has read it, too
   * @returns the length of the process's line, or -1 when there is no such process any more
   * @throws the system's error
   */
  read(pid: number, isOften: boolean): number {
    const length = isOften ? this.kept.read(pid, this.line, LINE_BYTES) : -1;
    return length >= 0 ? length : this.readByPath(pid, isOften);
  }

  private readByPath(pid: number, isOften: boolean): number {
    try {
      const fd = openFile(`${this.root.procfs}/${pid}/stat`);
      try {
        return readSync(fd, this.line, 0, LINE_BYTES, 0);
      } finally {
        if (isOften) this.kept.keepOrClose(pid, fd);
        else closeFile(fd);
      }
    } catch (error) {
      if (isUnavailable(error)) return -1;
      throw error;
    }
  }
}

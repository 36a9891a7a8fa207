/** Reads `/proc/PID/stat`. For a process that is read in each pass, the file stays open. */
import { readSync } from "node:fs";
import { closeFile, openFile } from "../descriptors.ts";
import { isUnavailable } from "../errors.ts";
import { KeptFiles } from "../kept_files.ts";
import type { Root } from "../root.ts";
import { LINE_BYTES } from "./stat_lines.ts";

/**
 * Most files kept open. A host has some 200 kernel threads, which are in no control group but the root; the rest is for
 * processes that run between every two passes. The kernel needs some 20 MiB for all.
 */
const MOST_KEPT = 4096;

export class StatReader {
  /** The last line read. */
  readonly line = Buffer.alloc(LINE_BYTES);
  private readonly kept: KeptFiles<number>;

  /** @param isCopy whether it is a copy of a `/proc`, where an open file stays readable after its process has ended */
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
   * @param isOften whether the last pass has also read it
   * @returns the length of the process's line, or -1 when the process is gone
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

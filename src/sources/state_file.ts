/**
 * The exporter's own file: what it must know again after a restart. It is replaced as a whole, so a
 * reader sees the old state or the new one, also after a crash or a loss of power.
 */
import { isGone } from "./errors.ts";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export class StateFile {
  /** @param warn told when a damaged file was set aside */
  constructor(
    private readonly path: string,
    private readonly warn: (message: string) => void,
  ) {}

  /** @returns undefined when there is none, or one that can't be used, which is renamed to `*.damaged` */
  load(): unknown {
    try {
      return JSON.parse(readFileSync(this.path, "utf8"));
    } catch (error) {
      if (!isGone(error)) this.setAside(error);
      return undefined;
    }
  }

  /** Puts a file that can't be used out of the way, where somebody can look at it. */
  setAside(reason: unknown, why: "damaged" | "newer" = "damaged"): void {
    const aside = `${this.path}.${why}`;
    const message = reason instanceof Error ? reason.message : String(reason);
    try {
      renameSync(this.path, aside);
    } catch {
      // What forbids this forbids to save, too, and that is told.
      return;
    }
    this.warn(`${this.path}: ${message}; counters begin anew, the file is now ${aside}`);
  }

  /** @throws the system's error when it can't be written */
  save(value: unknown): void {
    const temporary = `${this.path}.new`;
    // writeSync may write less than it is given; writeFileSync to a descriptor goes on to the end.
    flushed(temporary, "w", (fd) => writeFileSync(fd, JSON.stringify(value)));
    renameSync(temporary, this.path);
    flushed(dirname(this.path), "r", () => {});
  }
}

/** Opens a file or folder; what was done to it is on the disk when this returns. */
function flushed(path: string, flags: string, act: (fd: number) => void): void {
  const fd = openSync(path, flags, 0o600);
  try {
    act(fd);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

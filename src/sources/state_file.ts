/**
 * The exporter's own file: what it must know again after a restart. It is replaced as a whole, so a
 * reader sees the old state or the new one, also after a crash or a loss of power.
 */
import { constants, fsyncSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { closeFile, openFile } from "./descriptors.ts";
import { codeOf, explain, isGone, isShortage } from "./errors.ts";
import { readRegular } from "./regular_file.ts";

/** A state has 1 MB at most. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/** A link there is not followed, nor a FIFO waited for. */
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export class StateFile {
  /** @param warn told when a file that can't be used was put aside */
  constructor(
    private readonly path: string,
    private readonly warn: (message: string, fields: Record<string, string>) => void,
  ) {}

  /**
   * @returns undefined when there is none, or one that can't be used, which is renamed to `*.damaged`
   * @throws the system's error when it can't be read just now
   */
  load(): unknown {
    try {
      return JSON.parse(readRegular(this.path, LIMIT_BYTES).toString("utf8"));
    } catch (error) {
      if (isShortage(error)) throw error;
      if (!isGone(error)) this.setAside(error);
      return undefined;
    }
  }

  /** Puts a file that can't be used out of the way, where somebody can look at it. */
  setAside(reason: unknown, why: "damaged" | "newer" = "damaged"): void {
    const aside = `${this.path}.${why}`;
    try {
      renameSync(this.path, aside);
    } catch {
      // What forbids this forbids to save, too, and that is told.
      return;
    }
    this.warn("state file set aside, its counters begin anew", {
      file: this.path,
      err: explain(reason),
      moved_to: aside,
    });
  }

  /** @throws the system's error when it can't be written */
  save(value: unknown): void {
    const temporary = `${this.path}.new`;
    const fd = openNew(temporary);
    try {
      // writeSync may write less than it is given; writeFileSync to a descriptor goes on to the end.
      writeFileSync(fd, JSON.stringify(value));
      fsyncSync(fd);
    } finally {
      closeFile(fd);
    }
    renameSync(temporary, this.path);
    flushFolder(dirname(this.path));
  }
}

/** Makes a file that was not there; what a crash or somebody else left in its place goes first. */
function openNew(path: string): number {
  try {
    return openFile(path, NEW_FILE, 0o600);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  unlinkSync(path);
  return openFile(path, NEW_FILE, 0o600);
}

/** The new name is on the disk when this returns. */
function flushFolder(path: string): void {
  const fd = openFile(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeFile(fd);
  }
}

/**
 * The exporter's own file, kept across restarts. It is replaced atomically, so a reader sees the old or the new state,
 * even after a crash or a power failure.
 */
import { constants, fsyncSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { closeFile, openFile } from "./descriptors.ts";
import { codeOf, explain, isGone, isShortage } from "./errors.ts";
import { readRegular } from "./regular_file.ts";

/** A state has at most 1 MB. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/** Flags that neither follow a link nor wait for a FIFO. */
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export class StateFile {
  /** @param warn called when an unusable file was set aside */
  constructor(
    private readonly path: string,
    private readonly warn: (message: string, fields: Record<string, string>) => void,
  ) {}

  /**
   * @returns the parsed JSON; undefined when there is no file, or an unusable one, which is renamed to `*.damaged`
   * @throws the system's error when the file can't be read at the moment
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

  /** Renames an unusable file, so that it can be examined. */
  setAside(reason: unknown, why: "damaged" | "newer" = "damaged"): void {
    const aside = `${this.path}.${why}`;
    try {
      renameSync(this.path, aside);
    } catch {
      // Whatever prevents this also prevents saving, which reports it.
      return;
    }
    this.warn("state file set aside, its counters restart at 0", {
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
      // writeSync may write only a part; writeFileSync to a descriptor writes everything.
      writeFileSync(fd, JSON.stringify(value));
      fsyncSync(fd);
    } finally {
      closeFile(fd);
    }
    renameSync(temporary, this.path);
    flushFolder(dirname(this.path));
  }
}

/** Creates a new file; first removes one left by a crash or by somebody else. */
function openNew(path: string): number {
  try {
    return openFile(path, NEW_FILE, 0o600);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  unlinkSync(path);
  return openFile(path, NEW_FILE, 0o600);
}

/** Returns when the new name is on disk. */
function flushFolder(path: string): void {
  const fd = openFile(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeFile(fd);
  }
}

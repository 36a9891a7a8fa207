/** Reads the files of control groups into one shared buffer, since a pass reads hundreds of them. */
import { readSync } from "node:fs";
import { closeFile, openFile } from "../descriptors.ts";
import { KeptFiles } from "../kept_files.ts";

/** A read returns whole lines, at most a page: fewer bytes than this mean the end of the file. */
const LAST_READ_BYTES = 4096 - 256;

const MIN_BYTES = 8192;
/** Most bytes read of a file: the pids of 100,000 processes. */
const LIMIT_BYTES = 1024 * 1024;

export class GroupFiles {
  private buffer = Buffer.alloc(MIN_BYTES);
  private readonly kept: KeptFiles<string>;
  /** The number of files read in this pass. */
  count = 0;

  /** @param mostKept the most short files, read in each pass, that may stay open */
  constructor(mostKept = 0) {
    this.kept = new KeptFiles(mostKept);
  }

  beginPass(): void {
    this.count = 0;
    this.kept.begin();
  }

  /**
   * The content, which is valid until the next call.
   *
   * @throws the system's error when it can't be opened or read
   */
  read(path: string): Buffer {
    this.count++;
    const fd = openFile(path);
    try {
      return this.readAll(fd);
    } finally {
      closeFile(fd);
    }
  }

  /** As `read`, for a file below a page that the last pass also read: it stays open. */
  readAgain(path: string): Buffer {
    this.count++;
    const length = this.kept.read(path, this.buffer, MIN_BYTES);
    if (length >= 0) return this.buffer.subarray(0, length);
    const fd = openFile(path);
    try {
      return this.readAll(fd);
    } finally {
      this.kept.keepOrClose(path, fd);
    }
  }

  private readAll(fd: number): Buffer {
    for (let length = 0; ;) {
      const bytes = readSync(fd, this.buffer, length, this.buffer.length - length, null);
      length += bytes;
      if (bytes < LAST_READ_BYTES || length >= LIMIT_BYTES) return this.buffer.subarray(0, length);
      if (this.buffer.length - length < MIN_BYTES) this.enlarge();
    }
  }

  private enlarge(): void {
    const larger = Buffer.alloc(this.buffer.length * 2);
    this.buffer.copy(larger);
    this.buffer = larger;
  }

  close(): void {
    this.kept.clear();
  }

  /** Shrinks the buffer again after a large group. */
  shrink(): void {
    if (this.buffer.length > MIN_BYTES) this.buffer = Buffer.alloc(MIN_BYTES);
  }
}

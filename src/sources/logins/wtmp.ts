/**
 * `/var/log/wtmp`: every login since the file was last rotated (man 5 wtmp). It only grows, so each
 * reading goes on where the one before ended.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Root } from "../root.ts";
import { UTMP_RECORD_BYTES, parseUtmp } from "./utmp.ts";

const CHUNK_RECORDS = 2048;

export class WtmpReader {
  private inode = -1;
  private offset = 0;
  private readonly logins = new Map<string, number>();

  private readonly path: string;

  constructor(root: Root) {
    this.path = root.path("/var/log/wtmp");
  }

  /**
   * The last login of each user name, in seconds since the epoch. What a file held that was rotated
   * away while the exporter ran stays true and is kept.
   *
   * @throws the system's error when the file can't be opened
   */
  async read(): Promise<ReadonlyMap<string, number>> {
    const fd = openSync(this.path, "r");
    try {
      const { ino, size } = fstatSync(fd);
      if (ino !== this.inode && this.inode >= 0) await this.finishRotated();
      if (ino !== this.inode || size < this.offset) this.offset = 0;
      this.inode = ino;
      if (size - this.offset >= UTMP_RECORD_BYTES) await this.readOn(fd);
    } finally {
      closeSync(fd);
    }
    return this.logins;
  }

  /** What was written between the last reading and the rotation is in the file that was renamed. */
  private async finishRotated(): Promise<void> {
    try {
      const fd = openSync(`${this.path}.1`, "r");
      try {
        if (fstatSync(fd).ino === this.inode) await this.readOn(fd);
      } finally {
        closeSync(fd);
      }
    } catch {
      // It was deleted, or compressed at once.
    }
  }

  private async readOn(fd: number): Promise<void> {
    const chunk = Buffer.alloc(CHUNK_RECORDS * UTMP_RECORD_BYTES);
    for (;;) {
      const bytes = readSync(fd, chunk, 0, chunk.length, this.offset);
      const whole = bytes - (bytes % UTMP_RECORD_BYTES);
      if (whole === 0) return;
      for (const { user, timeSeconds } of parseUtmp(chunk.subarray(0, whole))) {
        if (timeSeconds > (this.logins.get(user) ?? 0)) this.logins.set(user, timeSeconds);
      }
      this.offset += whole;
      await Bun.sleep(0);
    }
  }
}

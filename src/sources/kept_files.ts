/**
 * Files of /proc and of control groups that are read repeatedly stay open. Opening and closing one costs the kernel
 * more than reading it, and each read from the beginning gets new content.
 *
 * An open file always belongs to the same process or group. Once that is gone, reading fails, even if its pid or name
 * has been reused.
 */
import { readSync } from "node:fs";
import { closeFile, descriptorLimit, keepOrCloseFile } from "./descriptors.ts";

/** The largest share of all descriptors used for open files, so that most are left for clients. */
const LARGEST_SHARE = 1 / 4;

interface KeptFile {
  readonly fd: number;
  /** The last pass that read it. */
  pass: number;
}

export class KeptFiles<K> {
  private readonly files = new Map<K, KeptFile>();
  private readonly most: number;
  private pass = 0;
  /** The number of open files that this pass has read. */
  private readCount = 0;

  /**
   * @param most the most files kept open, limited to a quarter of all descriptors; the kernel needs some 5 KiB for each
   */
  constructor(most: number) {
    this.most = most === 0 ? 0 : Math.min(most, Math.floor(descriptorLimit() * LARGEST_SHARE));
  }

  /** Begins a pass. Closes the files that the last pass did not read, including those of ended processes. */
  begin(): void {
    if (this.readCount < this.files.size) {
      for (const [key, { pass }] of this.files) if (pass < this.pass) this.close(key);
    }
    this.pass++;
    this.readCount = 0;
  }

  /**
   * Reads a file from its beginning.
   *
   * @returns the number of bytes in the buffer; -1 when no file is open for this key, or its process or group is gone
   */
  read(key: K, buffer: Buffer, length: number): number {
    const file = this.files.get(key);
    if (!file) return -1;
    if (file.pass < this.pass) this.readCount++;
    file.pass = this.pass;
    try {
      const bytes = readSync(file.fd, buffer, 0, length, 0);
      if (bytes > 0) return bytes;
    } catch {
      // The next read by path throws the reason.
    }
    this.close(key);
    return -1;
  }

  /** Keeps a file open, or closes it when there is no room or the reserve has too few descriptors. */
  keepOrClose(key: K, fd: number): void {
    if (this.files.size >= this.most) closeFile(fd);
    else if (keepOrCloseFile(fd)) {
      this.files.set(key, { fd, pass: this.pass });
      this.readCount++;
    }
  }

  clear(): void {
    for (const key of this.files.keys()) this.close(key);
  }

  private close(key: K): void {
    const file = this.files.get(key)!;
    this.files.delete(key);
    if (file.pass === this.pass) this.readCount--;
    closeFile(file.fd);
  }
}

/**
 * Files of /proc and of control groups that are read time after time stay open. To open and to close one is more work
 * for the kernel than to read it: it makes the content anew for each read from the beginning.
 *
 * Such a file belongs to one process, or group, for ever. When that is gone reading fails, also when its number or
 * name is another one's now.
 */
import { readSync } from "node:fs";
import { closeFile, descriptorLimit, keepOrCloseFile } from "./descriptors.ts";

/** No more of the descriptors are kept than leaves most to clients. */
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

  /** @param most how many may be open, if a quarter of all descriptors is more; the kernel holds some 5 KiB for each */
  constructor(most: number) {
    this.most = most === 0 ? 0 : Math.min(most, Math.floor(descriptorLimit() * LARGEST_SHARE));
  }

  /** Begins a pass. Files that the pass before did not read are closed, those of ended processes among them. */
  begin(): void {
    for (const [key, { pass }] of this.files) if (pass < this.pass) this.close(key);
    this.pass++;
  }

  /**
   * Reads a file from its beginning.
   *
   * @returns how many bytes there are in the buffer now; -1 where no file is kept for this key, or what it told of is gone
   */
  read(key: K, buffer: Buffer, length: number): number {
    const file = this.files.get(key);
    if (!file) return -1;
    file.pass = this.pass;
    try {
      const bytes = readSync(file.fd, buffer, 0, length, 0);
      if (bytes > 0) return bytes;
    } catch {
      // Whoever reads it by its path next is told why.
    }
    this.close(key);
    return -1;
  }

  /** Keeps an open file, or closes it where there is no room, or clients have all other descriptors. */
  keepOrClose(key: K, fd: number): void {
    if (this.files.size >= this.most) closeFile(fd);
    else if (keepOrCloseFile(fd)) this.files.set(key, { fd, pass: this.pass });
  }

  clear(): void {
    for (const key of this.files.keys()) this.close(key);
  }

  private close(key: K): void {
    const file = this.files.get(key)!;
    this.files.delete(key);
    closeFile(file.fd);
  }
}

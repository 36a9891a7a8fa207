/**
 * Reads journal files through a few buffers shared by all files, so that memory does not grow with the number of open
 * files.
 *
 * pread instead of mmap: truncating a mapped file kills the process with SIGBUS.
 */
import { readSync } from "node:fs";

/** Sshd's entries take about 1 KiB with their data, so one read serves several of them. */
const PAGE_BYTES = 16 * 1024;
const PAGES = 8;
const ALIGNMENT = 4096;

/** Largest object that is read whole; an entry's objects are far smaller. */
export const MAX_OBJECT_BYTES = 64 * 1024;

class Page {
  fd = -1;
  start = 0;
  /** The number of bytes in the buffer; fewer than its size at the end of the file. */
  length = 0;
  readonly bytes: Buffer;
  /** The same memory as 32-bit numbers. */
  readonly words: Uint32Array;

  constructor(size: number) {
    const memory = new ArrayBuffer(size);
    this.bytes = Buffer.from(memory);
    this.words = new Uint32Array(memory);
  }

  holds(fd: number, offset: number, length: number): boolean {
    return this.fd === fd && offset >= this.start && offset + length <= this.start + this.length;
  }

  fill(fd: number, start: number): void {
    this.fd = -1;
    this.length = readSync(fd, this.bytes, 0, this.bytes.length, start);
    this.start = start;
    this.fd = fd;
  }
}

export class Pages {
  /** The buffer with the bytes loaded last, from `at` on; valid until the next call. */
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  /** The same buffer as 32-bit numbers; objects begin at multiples of 8. */
  words: Uint32Array = new Uint32Array(0);
  /** The number of reads. */
  reads = 0;

  private readonly pages = Array.from({ length: PAGES }, () => new Page(PAGE_BYTES));
  private readonly large = new Page(MAX_OBJECT_BYTES);
  private latest = 0;

  /**
   * Loads bytes of a file into `bytes`, from `at` on.
   *
   * @returns false when the file is too short, or can't be read there
   */
  load(fd: number, offset: number, length: number): boolean {
    const page = this.find(fd, offset, length);
    if (page === undefined) return false;
    this.bytes = page.bytes;
    this.words = page.words;
    this.at = offset - page.start;
    return true;
  }

  /** Drops the cached pages of one file, or of all, since they may be stale. */
  forget(fd?: number): void {
    for (const page of this.pages) if (fd === undefined || page.fd === fd) page.fd = -1;
    if (fd === undefined || this.large.fd === fd) this.large.fd = -1;
  }

  private find(fd: number, offset: number, length: number): Page | undefined {
    for (let i = 0; i < PAGES; i++) {
      if (!this.pages[i]!.holds(fd, offset, length)) continue;
      this.latest = i;
      return this.pages[i];
    }
    if (this.large.holds(fd, offset, length)) return this.large;
    if (!(offset >= 0 && length >= 0 && length <= MAX_OBJECT_BYTES)) return undefined;
    if (!Number.isSafeInteger(offset + length)) return undefined;

    let start = Math.floor(offset / ALIGNMENT) * ALIGNMENT;
    let page = this.large;
    if (offset + length <= start + PAGE_BYTES) {
      this.latest = (this.latest + 1) % PAGES;
      page = this.pages[this.latest]!;
    } else {
      start = offset;
    }
    this.reads++;
    try {
      page.fill(fd, start);
    } catch {
      return undefined; // An unreadable sector costs only the objects on it.
    }
    return page.holds(fd, offset, length) ? page : undefined;
  }
}

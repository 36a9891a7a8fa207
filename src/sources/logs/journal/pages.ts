/**
 * Bounded reads of journal files through a few buffers that all files share: with hundreds of files
 * open, memory stays the same.
 *
 * pread, not mmap: a file that is cut off under a mapping kills the process with SIGBUS.
 */
import { readSync } from "node:fs";

/** Sshd's entries take about 1 KiB with their data, so one read serves several of them. */
const PAGE_BYTES = 16 * 1024;
const PAGES = 8;
const ALIGNMENT = 4096;

/** No object larger than this is read whole. What is read of an entry is far smaller. */
export const MAX_OBJECT_BYTES = 64 * 1024;

class Page {
  fd = -1;
  start = 0;
  /** How much of the file is in the buffer: less than the buffer at the file's end. */
  length = 0;
  readonly bytes: Buffer;
  /** The same memory as numbers of 32 bits. */
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
  /** The buffer that holds what was asked for last, from `at` on; valid until the next call. */
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  /** The same buffer as numbers of 32 bits; objects begin at multiples of 8. */
  words: Uint32Array = new Uint32Array(0);
  /** How many times a file was read. */
  reads = 0;

  private readonly pages = Array.from({ length: PAGES }, () => new Page(PAGE_BYTES));
  private readonly large = new Page(MAX_OBJECT_BYTES);
  private latest = 0;

  /**
   * Makes bytes of a file available in `bytes` at `at`.
   *
   * @returns false when the file does not reach so far, or the system can't read it there
   */
  load(fd: number, offset: number, length: number): boolean {
    const page = this.find(fd, offset, length);
    if (page === undefined) return false;
    this.bytes = page.bytes;
    this.words = page.words;
    this.at = offset - page.start;
    return true;
  }

  /** Forgets what was read of one file, or of all: it may have changed since. */
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
      return undefined; // An unreadable sector costs what lies on it.
    }
    return page.holds(fd, offset, length) ? page : undefined;
  }
}

/** One journal file: an open descriptor, its header, and checked access to its objects. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { keyOf } from "./hash.ts";
import {
  HEADER_BYTES,
  JournalFormatError,
  parseHeader,
  readU64,
  type JournalHeader,
} from "./header.ts";
import { MAX_OBJECT_BYTES, type Pages } from "./pages.ts";

/** Object types. https://systemd.io/JOURNAL_FILE_FORMAT/#objects */
export const DATA = 1;
export const ENTRY = 3;
export const ENTRY_ARRAY = 6;

/** Type, flags and size of an object. */
const OBJECT_HEADER_BYTES = 16;

/** Should there be a FIFO in the folder, to open it must not wait for its other end. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** Where headers are read to; what is kept of one is copied. */
const headerBuffer = Buffer.alloc(HEADER_BYTES);

let lastSerial = 0;

export class JournalFile {
  /** Tells this file from every other that this process ever opened; a descriptor can't. */
  readonly serial = ++lastSerial;
  /** The key of its SipHash; not there when the file uses the other hash. */
  readonly key: Uint32Array | undefined;
  readonly inode: number;
  /** The same object until the header changes. */
  header: JournalHeader;

  private readonly headerCopy = Buffer.alloc(HEADER_BYTES);

  private constructor(
    readonly fd: number,
    readonly pages: Pages,
  ) {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new JournalFormatError("not a regular file");
    this.inode = stat.ino;
    const length = this.readHeader();
    this.header = parseHeader(headerBuffer.subarray(0, length));
    headerBuffer.copy(this.headerCopy);
    if (this.header.keyedHash) this.key = keyOf(headerBuffer.subarray(24, 40));
  }

  /**
   * @throws JournalFormatError when the file can't be understood, else the system's error
   */
  static open(path: string, pages: Pages): JournalFile {
    const fd = openSync(path, OPEN_FLAGS);
    // The number may have been another file's when these pages were read.
    pages.forget(fd);
    try {
      return new JournalFile(fd, pages);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Reads the header again: one pread. The old one stays when the new one makes no sense. */
  refresh(): void {
    try {
      const length = this.readHeader();
      if (headerBuffer.equals(this.headerCopy)) return;
      const header = parseHeader(headerBuffer.subarray(0, length));
      if (header.fileId !== this.header.fileId) return;
      this.header = header;
      headerBuffer.copy(this.headerCopy);
    } catch {
      // A header that was fine when the file was opened has been overwritten or cut off.
    }
  }

  /** True while a path leads to this file. */
  isAt(path: string): boolean {
    return statSync(path).ino === this.inode;
  }

  /** True once no name leads to the file any more. */
  isDeleted(): boolean {
    return fstatSync(this.fd).nlink === 0;
  }

  close(): void {
    closeSync(this.fd);
  }

  /**
   * Makes the first `headBytes` of an object available in `pages`.
   *
   * @returns the object's size in bytes, or 0 when there is no sane object of that type
   */
  loadHead(offset: number, type: number, headBytes: number): number {
    const { header, pages } = this;
    if (!(offset >= header.headerBytes && offset + headBytes <= header.endOffset)) return 0;
    if (offset % 8 !== 0 || !pages.load(this.fd, offset, headBytes)) return 0;
    if (pages.bytes[pages.at] !== type) return 0;
    const size = readU64(pages.bytes, pages.at + 8);
    return size >= headBytes && offset + size <= header.endOffset ? size : 0;
  }

  /** As loadHead, but the whole object becomes available; it must not be huge. */
  load(offset: number, type: number, headBytes: number): number {
    const size = this.loadHead(offset, type, headBytes);
    if (size < OBJECT_HEADER_BYTES || size > MAX_OBJECT_BYTES) return 0;
    return this.pages.load(this.fd, offset, size) ? size : 0;
  }

  private readHeader(): number {
    const length = readSync(this.fd, headerBuffer, 0, HEADER_BYTES, 0);
    headerBuffer.fill(0, length);
    return length;
  }
}

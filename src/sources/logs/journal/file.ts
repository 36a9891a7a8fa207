/** One journal file: an open descriptor, its header, and checked access to its objects. */
import { fstatSync, readSync, statSync } from "node:fs";
import { closeFile } from "../../descriptors.ts";
import { BrokenSourceError } from "../../errors.ts";
import { openRegular } from "../../regular_file.ts";
import { keyOf } from "./hash.ts";
import { JournalFormatError, parseHeader, type JournalHeader } from "./header.ts";
import { HEADER, OBJECT, readU64 } from "./objects.ts";
import { MAX_OBJECT_BYTES, type Pages } from "./pages.ts";

/** The buffer for reading headers; what is kept of a header is copied. */
const headerBuffer = Buffer.alloc(HEADER.size);

let lastSerial = 0;

export class JournalFile {
  /** A number unique to this open file; descriptors are reused. */
  readonly serial = ++lastSerial;
  /** The key of its SipHash; undefined when the file uses the other hash. */
  readonly key: Uint32Array | undefined;
  readonly inode: number;
  /** The same object until the header changes. */
  header: JournalHeader;

  private readonly headerCopy = Buffer.alloc(HEADER.size);

  private constructor(
    readonly fd: number,
    readonly pages: Pages,
  ) {
    this.inode = fstatSync(fd).ino;
    const length = this.readHeader();
    this.header = this.bounded(parseHeader(headerBuffer.subarray(0, length)));
    headerBuffer.copy(this.headerCopy);
    if (this.header.keyedHash)
      this.key = keyOf(headerBuffer.subarray(HEADER.fileId, HEADER.fileId + 16));
  }

  /** @throws JournalFormatError when the file has an unknown or invalid format, else the system's error */
  static open(path: string, pages: Pages): JournalFile {
    const fd = openJournal(path);
    // The descriptor's number may have been another file's when pages were cached.
    pages.forget(fd);
    try {
      return new JournalFile(fd, pages);
    } catch (error) {
      closeFile(fd);
      throw error;
    }
  }

  /** Reads the header again, by one pread. The old header stays when the new one is invalid. */
  refresh(): void {
    try {
      const length = this.readHeader();
      if (headerBuffer.equals(this.headerCopy)) return;
      const header = parseHeader(headerBuffer.subarray(0, length));
      if (header.fileId !== this.header.fileId) return;
      this.header = this.bounded(header);
      headerBuffer.copy(this.headerCopy);
    } catch {
      // A header that was valid when the file was opened has been overwritten or truncated.
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
    closeFile(this.fd);
  }

  /**
   * Makes the first `headBytes` of an object available in `pages`.
   *
   * @returns the object's size in bytes, or 0 when there is no valid object of that type
   */
  loadHead(offset: number, type: number, headBytes: number): number {
    const { header, pages } = this;
    if (!(offset >= header.headerBytes && offset + headBytes <= header.endOffset)) return 0;
    if (offset % 8 !== 0 || !pages.load(this.fd, offset, headBytes)) return 0;
    if (pages.bytes[pages.at + OBJECT.type] !== type) return 0;
    const size = readU64(pages.bytes, pages.at + OBJECT.size);
    return size >= headBytes && offset + size <= header.endOffset ? size : 0;
  }

  /** As loadHead, but the whole object becomes available; it must not be huge. */
  load(offset: number, type: number, headBytes: number): number {
    const size = this.loadHead(offset, type, headBytes);
    if (size < OBJECT.headSize || size > MAX_OBJECT_BYTES) return 0;
    return this.pages.load(this.fd, offset, size) ? size : 0;
  }

  private readHeader(): number {
    const length = readSync(this.fd, headerBuffer, 0, HEADER.size, 0);
    headerBuffer.fill(0, length);
    return length;
  }

  /** Limits the header's end to the file's size, which no object exceeds. */
  private bounded(header: JournalHeader): JournalHeader {
    const { size } = fstatSync(this.fd);
    return size < header.endOffset ? { ...header, endOffset: size } : header;
  }
}

/** @throws JournalFormatError when it is no regular file, else the system's error */
function openJournal(path: string): number {
  try {
    return openRegular(path, Number.POSITIVE_INFINITY).fd;
  } catch (error) {
    if (error instanceof BrokenSourceError) throw new JournalFormatError(error.reason);
    throw error;
  }
}

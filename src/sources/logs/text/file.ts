/** One open file of a text log, with the position up to which it was read. */
import { fstatSync, readSync } from "node:fs";
import { closeFile } from "../../descriptors.ts";
import { isDamage } from "../../errors.ts";
import { ownText } from "../../own_text.ts";
import { openRegular } from "../../regular_file.ts";

/** Most bytes at a file's start that identify it, whatever its inode number. */
const HEAD_BYTES = 256;
/** The size of one read, and the longest line: longer ones are skipped. */
export const BUFFER_BYTES = 64 * 1024;
/** Lines are passed on in pieces of this size: some 2 ms of work without the JIT. */
const PIECE_BYTES = 16 * 1024;
/** One buffer for all files: a read and the processing of its lines are never interrupted. */
const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
const headBuffer = Buffer.allocUnsafe(HEAD_BYTES);

/** The saved position in a file, which identifies it even under another name. */
export interface FilePosition {
  dev: number;
  ino: number;
  /** The offset of the first unread line. */
  offset: number;
  /** Whether the reading is in the middle of a line skipped as too long. */
  skipping: boolean;
  /** The number of bytes at the file's start that are hashed; it grows with the file up to 256. */
  headBytes: number;
  head: string;
  /** The file's size at the last check; version 1.0.0 did not save it. */
  size?: number;
}

export class LogFile {
  private readonly fd: number;
  readonly dev: number;
  readonly ino: number;
  offset = 0;
  private skipping = false;
  private headBytes = 0;
  private head = hash(new Uint8Array());
  /** The size in bytes at the last check. */
  size = 0;

  /** @throws the system's error, or BrokenSourceError when it is no regular file */
  constructor(path: string) {
    // It is read in pieces, so the size does not matter.
    const { fd, stats } = openRegular(path, Infinity);
    this.fd = fd;
    this.dev = stats.dev;
    this.ino = stats.ino;
    try {
      this.learn();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Updates the size, and the hash of the file's start.
   *
   * @returns false when it is no longer the known file, because it was truncated or rewritten, or when it is damaged;
   *    then nothing is updated
   */
  look(): boolean {
    try {
      return this.learn();
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }

  private learn(): boolean {
    const { size } = fstatSync(this.fd);
    const head = this.readHead(size);
    if (size < this.offset || head.length < this.headBytes || !this.beginsAsKnown(head))
      return false;
    this.size = size;
    this.learnHead(head);
    return true;
  }

  /** The present time of its last write, in milliseconds since the epoch. */
  writtenMs(): number {
    return fstatSync(this.fd).mtimeMs;
  }

  /** Whether another open file is the same file, under any name. */
  isSame(other: LogFile): boolean {
    return this.ino === other.ino && this.dev === other.dev;
  }

  /** Whether a saved position belongs to this file or to a copy of it; never for an empty file. */
  isLeftAt({ headBytes, head }: FilePosition): boolean {
    return headBytes > 0 && hash(this.readHead(headBytes)) === head;
  }

  /** Continues at a saved position. A copy may lack the last lines. */
  resume(position: FilePosition): void {
    this.offset = Math.min(position.offset, this.size);
    this.skipping = position.skipping;
  }

  position(): FilePosition {
    return {
      dev: this.dev,
      ino: this.ino,
      offset: this.offset,
      skipping: this.skipping,
      headBytes: this.headBytes,
      head: this.head,
      size: this.size,
    };
  }

  /**
   * Calls `take` with the lines of one piece, without newlines. An unfinished last line is left for later.
   *
   * @param end the offset in the file to stop at
   * @param tooLong called for each skipped line
   * @returns whether there was something to read; false when the file is no longer the known one
   */
  readLines(end: number, take: (line: string) => void, tooLong: () => void): boolean {
    let length = this.read(this.offset, Math.min(end, this.offset + PIECE_BYTES));
    if (length === PIECE_BYTES && buffer.subarray(0, length).indexOf(0x0a) < 0) {
      length = this.read(this.offset, end);
    }
    if (length === 0) return false;
    if (!this.isOurs(length)) return false;
    let start = 0;
    if (this.skipping) {
      const newline = buffer.subarray(0, length).indexOf(0x0a);
      start = newline < 0 ? length : newline + 1;
      this.skipping = newline < 0;
    }
    const past = buffer.subarray(start, length).lastIndexOf(0x0a) + 1 + start;
    if (past === start && start === 0 && length < BUFFER_BYTES) return false;
    this.offset += past;
    if (past === 0) {
      tooLong();
      this.skipping = true;
      this.offset += length;
    }
    // Decoded at once: decoding each line costs several times as much. But what is kept of a line must not keep the
    // whole piece in memory.
    const text = buffer.toString("utf8", start, past);
    for (let at = 0, newline; (newline = text.indexOf("\n", at)) >= 0; at = newline + 1) {
      take(ownText(text.slice(at, newline)));
    }
    return true;
  }

  /** The next lines, at most one piece; they stay unread. */
  peekLines(): string[] {
    const length = this.read(this.offset, this.offset + PIECE_BYTES);
    return buffer
      .toString("utf8", 0, length)
      .split("\n")
      .slice(this.skipping ? 1 : 0, -1);
  }

  /** Calls `take` with the text after the last newline, for a file that is no longer written. */
  readRest(take: (line: string) => void): void {
    const length = this.read(this.offset, this.size);
    this.offset += length;
    if (length > 0 && !this.skipping) take(buffer.toString("utf8", 0, length));
  }

  /** The bytes of a range, at most one buffer; valid until the next call. */
  bytesAt(from: number, end: number): Buffer {
    return buffer.subarray(0, this.read(from, end));
  }

  close(): void {
    closeFile(this.fd);
  }

  private read(from: number, end: number): number {
    const length = Math.min(end - from, BUFFER_BYTES);
    return length <= 0 ? 0 : readSync(this.fd, buffer, 0, length, from);
  }

  /** Whether the bytes just read belong to the known file: it may have been truncated and rewritten a moment before. */
  private isOurs(length: number): boolean {
    const head =
      this.offset === 0
        ? buffer.subarray(0, Math.min(length, HEAD_BYTES))
        : this.readHead(HEAD_BYTES);
    if (!this.beginsAsKnown(head)) return false;
    this.learnHead(head);
    return true;
  }

  private beginsAsKnown(head: Uint8Array): boolean {
    return hash(head.subarray(0, this.headBytes)) === this.head;
  }

  private learnHead(head: Uint8Array): void {
    if (head.length <= this.headBytes) return;
    this.headBytes = head.length;
    this.head = hash(head);
  }

  /** The first bytes of the file, at most `bytes`; valid until the next call. */
  private readHead(bytes: number): Uint8Array {
    const length = readSync(this.fd, headBuffer, 0, Math.min(bytes, HEAD_BYTES), 0);
    return headBuffer.subarray(0, length);
  }
}

function hash(bytes: Uint8Array): string {
  return Bun.hash.xxHash64(bytes).toString(16);
}

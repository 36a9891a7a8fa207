/** One file of a text log, open, with the place up to which it was read. */
import { fstatSync, readSync } from "node:fs";
import { closeFile } from "../../descriptors.ts";
import { isDamage } from "../../errors.ts";
import { ownText } from "../../own_text.ts";
import { openRegular } from "../../regular_file.ts";

/** So many bytes at most say which file this is, whatever its inode number. */
const HEAD_BYTES = 256;
/** One read; also the longest line there may be: a longer one is passed over. */
export const BUFFER_BYTES = 64 * 1024;
/** Lines are handed over in pieces of this size: some 2 ms of work without the JIT. */
const PIECE_BYTES = 16 * 1024;
/** One for all files: a read and the handing over of its lines is never interrupted. */
const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
const headBuffer = Buffer.allocUnsafe(HEAD_BYTES);

/** Where a file was left: enough to know it again under another name. */
export interface FilePosition {
  dev: number;
  ino: number;
  /** The start of the first line that was not read yet. */
  offset: number;
  /** A line is being passed over because it is too long. */
  skipping: boolean;
  /** The hash of this many bytes of the file's start; it grows with the file to 256. */
  headBytes: number;
  head: string;
  /** The file's size when it was last looked at; version 1.0.0 did not save it. */
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
  /** The size in bytes when it was last looked at. */
  size = 0;

  /** @throws the system's error, or BrokenSourceError for what is no regular file */
  constructor(path: string) {
    // It is read in pieces, so any size will do.
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
   * Looks how long it is now, and learns more of its start.
   *
   * @returns false when it is no longer the file we know, since it was cut off or written anew, or when it
   *   is damaged; then what is known of it stays as it was
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

  /** The time of its last write, now, in milliseconds since the epoch. */
  writtenMs(): number {
    return fstatSync(this.fd).mtimeMs;
  }

  /** Whether the other one is this file, whatever the names. */
  isSame(other: LogFile): boolean {
    return this.ino === other.ino && this.dev === other.dev;
  }

  /** Whether a file that was left at a position is this one, or a copy of it. No empty file is. */
  isLeftAt({ headBytes, head }: FilePosition): boolean {
    return headBytes > 0 && hash(this.readHead(headBytes)) === head;
  }

  /** Goes on where it was left. A copy may have been made before the last lines were written. */
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
   * Hands over the lines of one piece, without their newlines. A last line without a newline waits.
   *
   * @param end the place in the file to stop at
   * @param tooLong called for a line that is passed over
   * @returns whether there was something to read; not from a file that is no longer the one we know
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
    // Decoded in one go: a string per line from the bytes costs several times as much. But what is kept of a line
    // must not hold the whole piece.
    const text = buffer.toString("utf8", start, past);
    for (let at = 0, newline; (newline = text.indexOf("\n", at)) >= 0; at = newline + 1) {
      take(ownText(text.slice(at, newline)));
    }
    return true;
  }

  /** The lines that come next, at most a piece of them; they stay unread. */
  peekLines(): string[] {
    const length = this.read(this.offset, this.offset + PIECE_BYTES);
    return buffer
      .toString("utf8", 0, length)
      .split("\n")
      .slice(this.skipping ? 1 : 0, -1);
  }

  /** Hands over what stands behind the last newline, when nobody will end that line any more. */
  readRest(take: (line: string) => void): void {
    const length = this.read(this.offset, this.size);
    this.offset += length;
    if (length > 0 && !this.skipping) take(buffer.toString("utf8", 0, length));
  }

  /** What stands there, at most a bufferful, in a buffer that the next call uses again. */
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

  /**
   * Whether what was just read into the buffer belongs to the file that we know: it may have been cut off
   * and written anew the moment before.
   */
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

  /** At most so many bytes of its start, in a buffer that the next call uses again. */
  private readHead(bytes: number): Uint8Array {
    const length = readSync(this.fd, headBuffer, 0, Math.min(bytes, HEAD_BYTES), 0);
    return headBuffer.subarray(0, length);
  }
}

function hash(bytes: Uint8Array): string {
  return Bun.hash.xxHash64(bytes).toString(16);
}

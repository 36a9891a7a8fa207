/**
 * `/var/log/wtmp`: every login since its last rotation (man 5 wtmp), and the rotated files. The file only grows, so
 * each reading continues where the last one ended.
 */
import { readSync } from "node:fs";
import { dirname } from "node:path";
import { versionOf } from "../cached_file.ts";
import { closeFile } from "../descriptors.ts";
import { BrokenSourceError, isShortage } from "../errors.ts";
import { openRegular } from "../regular_file.ts";
import type { Root } from "../root.ts";
import { READABLE_BY_ALL, type SourceInfo } from "../source.ts";
import { FUTURE_SLACK_SECONDS, MAX_USERS, keepLatest } from "./login_table.ts";
import { type RotatedRecords, rotatedRecords } from "./rotated_wtmp.ts";
import { isInsideSession, parseUtmp } from "./utmp.ts";
import { OWN_LAYOUT, SAMPLE_BYTES, type UtmpLayout, utmpLayoutOf } from "./utmp_layout.ts";

/** 2.8 million records; a larger file is not read. */
const LIMIT_BYTES = 1024 ** 3;

export const WTMP = {
  name: "wtmp",
  paths: ["/var/log/wtmp"],
  limitBytes: LIMIT_BYTES,
  lost: "last logins that lastlog does not have",
  whenMissing: "normal where wtmpdb has taken its place",
  whenForbidden: READABLE_BY_ALL,
  replacedBy: ["lastlog", "lastlog2", "wtmpdb"],
} as const satisfies SourceInfo;

/** Records read before yielding: some 20 ms without the JIT. */
const PIECE_RECORDS = 1024;

/** Most pieces that one collection reads at each end of a file: half a second without the JIT. */
const PIECES_A_READING = 25;

export class WtmpReader {
  private version = "";
  private inode = -1;
  /** The layout of the file in use, detected from its first records. */
  private layout = OWN_LAYOUT;
  /** The part of the file in use that has been read lies between these offsets. */
  private readFrom = 0;
  private readTo = 0;
  private hasReadRotated = false;
  /** The unread records of the rotated files. */
  private rotated: AsyncGenerator<RotatedRecords> | undefined;
  private reading: Promise<ReadonlyMap<string, number>> | undefined;
  private readonly logins = new Map<string, number>();
  private readonly folder: string;
  private readonly path: string;
  private latestSeconds = Infinity;
  /** Never reset: names are never forgotten, so another reading would fail as well. */
  private tooManyUsers: BrokenSourceError | undefined;

  /** @param nowSeconds the clock; a login in the future is ignored */
  constructor(
    root: Root,
    private readonly nowSeconds: () => number,
  ) {
    this.path = root.path(WTMP.paths[0]);
    this.folder = dirname(this.path);
  }

  /**
   * The last login of each user name, in seconds since the epoch. A file is read from its end, so that the newest
   * logins of a long file are known first; several collections may share the reading. Logins of rotated files are kept.
   * Concurrent callers share one reading.
   *
   * @throws the system's error when the file can't be opened, BrokenSourceError when it is no regular file or names too
   *    many users
   */
  read(): Promise<ReadonlyMap<string, number>> {
    return (this.reading ??= this.readNow().finally(() => (this.reading = undefined)));
  }

  private async readNow(): Promise<ReadonlyMap<string, number>> {
    if (this.tooManyUsers) throw this.tooManyUsers;
    this.latestSeconds = this.nowSeconds() + FUTURE_SLACK_SECONDS;
    const version = versionOf(this.path);
    if (version === this.version && this.hasReadRotated) return this.logins;
    const { fd, stats } = openRegular(this.path, LIMIT_BYTES);
    try {
      const { ino, size } = stats;
      const isOther = ino !== this.inode;
      if (isOther && this.inode >= 0) await this.finishRotated();
      if (isOther || size < this.readTo) {
        this.layout = layoutOf(fd);
        this.readTo = size - (size % this.layout.recordBytes);
        this.readFrom = this.readTo;
      }
      this.inode = ino;
      await this.readOn(fd, size, PIECES_A_READING);
      await this.readBack(fd);
      // What is left is read in the next collection, whether or not the file changes.
      this.version = this.readTo > size - this.layout.recordBytes ? version : "";
    } finally {
      closeFile(fd);
    }
    if (this.readFrom === 0 && !this.hasReadRotated) {
      this.hasReadRotated = await this.readRotated();
    }
    return this.logins;
  }

  /** Reads what was added since, up to a known size of the file. */
  private async readOn(fd: number, size: number, mostPieces = Infinity): Promise<void> {
    for (let pieces = 0; this.readTo < size && pieces < mostPieces; pieces++) {
      const length = Math.min(this.pieceBytes, size - this.readTo);
      const piece = readPiece(fd, this.readTo, length, this.layout);
      if (piece.length === 0) return;
      this.take(piece, this.layout);
      this.readTo += piece.length;
      await Bun.sleep(0);
    }
  }

  /** Reads further towards the file's beginning, up to the limit of one collection. */
  private async readBack(fd: number): Promise<void> {
    for (let pieces = 0; this.readFrom > 0 && pieces < PIECES_A_READING; pieces++) {
      const from = Math.max(0, this.readFrom - this.pieceBytes);
      this.take(readPiece(fd, from, this.readFrom - from, this.layout), this.layout);
      this.readFrom = from;
      await Bun.sleep(0);
    }
  }

  /** What was written between the last reading and the rotation is in the renamed file. */
  private async finishRotated(): Promise<void> {
    try {
      const { fd, stats } = openRegular(`${this.path}.1`, LIMIT_BYTES);
      try {
        if (stats.ino === this.inode) await this.readOn(fd, stats.size);
      } finally {
        closeFile(fd);
      }
    } catch (error) {
      if (isShortage(error)) throw error;
      // It was deleted or compressed meanwhile.
    }
  }

  /** Reads further in the rotated files, up to the limit of one collection. @returns whether all are read */
  private async readRotated(): Promise<boolean> {
    const records = (this.rotated ??= rotatedRecords(this.folder, PIECE_RECORDS));
    try {
      for (let read = 0; read < PIECES_A_READING * PIECE_RECORDS;) {
        const { done, value } = await records.next();
        if (done) return true;
        this.take(value.records, value.layout);
        read += value.records.length / value.layout.recordBytes;
        await Bun.sleep(0);
      }
      return false;
    } catch (error) {
      this.rotated = undefined;
      await records.return(undefined);
      throw error;
    }
  }

  private get pieceBytes(): number {
    return PIECE_RECORDS * this.layout.recordBytes;
  }

  private take(records: Uint8Array, layout: UtmpLayout): void {
    for (const login of parseUtmp(records, layout)) {
      const { user, timeSeconds } = login;
      if (timeSeconds > this.latestSeconds || isInsideSession(login)) continue;
      if (!keepLatest(this.logins, { user, seconds: timeSeconds })) {
        this.tooManyUsers = new BrokenSourceError(this.path, `has more than ${MAX_USERS} users`);
        throw this.tooManyUsers;
      }
    }
  }
}

/** Reads whole records; empty at the end of the file. */
function readPiece(
  fd: number,
  offset: number,
  length: number,
  { recordBytes }: UtmpLayout,
): Buffer {
  const piece = Buffer.allocUnsafe(length);
  const bytes = readSync(fd, piece, 0, length, offset);
  return piece.subarray(0, bytes - (bytes % recordBytes));
}

function layoutOf(fd: number): UtmpLayout {
  const sample = Buffer.allocUnsafe(SAMPLE_BYTES);
  return utmpLayoutOf(sample.subarray(0, readSync(fd, sample, 0, SAMPLE_BYTES, 0)));
}

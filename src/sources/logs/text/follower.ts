/**
 * Follows a text log that is rotated by renaming, or by copying and truncating (logrotate's `copytruncate`), and
 * returns each line once.
 */
import { statSync } from "node:fs";
import { isDamage } from "../../errors.ts";
import type { FilePosition, LogFile } from "./file.ts";
import { findStart } from "./first_wanted.ts";
import { succeed, type TextPosition } from "./position.ts";
import { closeAll, newestInode, openLogFiles } from "./rotation.ts";

/** How long a renamed file must stay unchanged: the daemon writes to it until it is told to reopen the log. */
const LINGER_MS = 5_000;

export interface FollowerOptions {
  path: string;
  /** Where to continue; ignored when none of its files exists any more. */
  position?: TextPosition | undefined;
  /** Without a position, reading starts at the first line not older than this. */
  sinceMs: number;
  /** Returns the time of a line; undefined when it has none. */
  timeOf: (line: string) => number | undefined;
  now: () => number;
  /** Called for each line skipped because it is longer than 64 KiB. */
  tooLong?: () => void;
}

export class LogFollower {
  /**
   * Oldest first. The last one is the live file at the path; those before it are rotated and being read to their end.
   */
  private files: LogFile[] = [];
  /** The newest file with lines before those; null for none, undefined when unknown. */
  private finished: FilePosition | null | undefined = null;
  /** The time of the last read with new lines, for each rotated file. */
  private busyMs = new Map<LogFile, number>();
  /** Lines older than this are skipped, up to the first one that is not. */
  private sinceMs: number | undefined;
  /** The last line read. */
  private lastLine: string | undefined;
  /**
   * The inode of the newest rotated file at the last listing, 0 for none. While the live file is empty, only a change
   * of this inode shows that it was copied and truncated.
   */
  private newestRotated = 0;
  /** Bytes that were deleted before they could be read. */
  lostBytes = 0;

  constructor(private readonly options: FollowerOptions) {}

  /** False after a call of `poll` that ended early. */
  private isDone = true;

  /**
   * Calls `take` with the lines written since the last call. A missing path during a rotation is normal.
   *
   * @param mayGoOn called after each piece; the call ends when it returns false
   * @returns false when the call ended before everything was read; the next call continues
   * @throws the system's error when the file can't be opened or read; the next call continues
   */
  poll(take: (line: string) => void, mayGoOn: () => boolean = () => true): boolean {
    if (this.files.length === 0) this.start();
    else if (this.isRotated()) this.takeUp();
    // Each file's successor is checked before the file itself: what the successor has by then was written after
    // everything in the file, so reading file by file keeps the order.
    for (const file of this.files.slice(0, -1).toReversed()) file.look();
    const wanted = (line: string) => {
      if (this.isWanted(line)) take(line);
      this.lastLine = line;
    };
    this.isDone = false;
    for (const file of this.files.slice()) {
      const end = file.size;
      while (file.offset < end && this.readLines(file, end, wanted)) {
        this.busyMs.set(file, this.options.now());
        if (!mayGoOn()) return false;
      }
    }
    this.isDone = true;
    // Lines written to an empty log are new, whatever their time stamps.
    if (this.files.every(({ size }) => size === 0)) this.sinceMs = undefined;
    this.closeFinished(wanted);
    return true;
  }

  /** An unreadable part of a rotated file is given up, since another reading would fail as well. */
  private readLines(file: LogFile, end: number, take: (line: string) => void): boolean {
    try {
      return file.readLines(end, take, this.options.tooLong ?? (() => {}));
    } catch (error) {
      if (!isDamage(error) || file === this.files.at(-1)) throw error;
      this.lostBytes += end - file.offset;
      this.files.splice(this.files.indexOf(file), 1);
      this.drop(file);
      return false;
    }
  }

  /** The time of the oldest line left unread by the last call; undefined when there is none. */
  oldestUnreadMs(): number | undefined {
    if (this.isDone) return undefined;
    const { timeOf } = this.options;
    const lines = this.files.values().flatMap((file) => file.peekLines());
    return lines.map(timeOf).find((timeMs) => timeMs !== undefined);
  }

  /** The position in each open file. Saved between two polls, or during one, it loses no line. */
  position(): TextPosition {
    const { position } = this.options;
    if (this.files.length === 0 && position !== undefined) return position;
    const files = this.files.map((file) => file.position());
    return { kind: "text", files, finished: this.finished, sinceMs: this.sinceMs };
  }

  close(): void {
    closeAll(this.files.splice(0));
    this.busyMs.clear();
  }

  private isWanted(line: string): boolean {
    if (this.sinceMs === undefined) return true;
    const timeMs = this.options.timeOf(line);
    if (timeMs === undefined || timeMs < this.sinceMs) return false;
    this.sinceMs = undefined;
    return true;
  }

  private start(): void {
    const { position } = this.options;
    this.finished = position?.finished;
    this.sinceMs = position?.sinceMs;
    this.takeUp(position?.files);
    if (this.files.length > 0) return;
    throw Object.assign(new Error(`ENOENT: there is no ${this.options.path}`), { code: "ENOENT" });
  }

  /** Whether the live file was renamed, or copied and truncated. */
  private isRotated(): boolean {
    const { path } = this.options;
    const live = this.files.at(-1)!;
    // Before the names are read: if they are unchanged afterwards, the present content was not copied away.
    const isWhole = live.look();
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return false;
    if (stats.dev !== live.dev || stats.ino !== live.ino || !isWhole) return true;
    return live.offset === 0 && newestInode(path) !== this.newestRotated;
  }

  /**
   * Opens the present files: known ones at their saved positions, and later ones from their start.
   *
   * @param saved positions saved by an earlier process
   */
  private takeUp(saved: readonly FilePosition[] = []): void {
    const { path } = this.options;
    const found = openLogFiles(path, ({ rotated, current }) => {
      if (current === undefined) return undefined;
      const known = [
        ...saved.map((position) => ({ position })),
        ...this.files.map((file) => ({
          held: file.look() ? file : undefined,
          position: file.position(),
        })),
      ];
      const all = [...rotated, current];
      const succession = succeed(this.finished, known, all);
      const { next, isNextKnown } = succession;
      if (isNextKnown) return { ...succession, first: next, sinceMs: undefined };
      const sinceMs = this.lastReadMs();
      return { ...succession, first: this.findSince(all, next, sinceMs), sinceMs };
    });
    const { rotated, current, verdict, newest } = found;
    if (current === undefined || verdict === undefined) return closeAll(rotated);
    const all = [...rotated, current];
    const { kept, first, lostBytes } = verdict;
    this.newestRotated = newest;
    this.lostBytes += lostBytes;
    this.sinceMs = verdict.sinceMs ?? this.sinceMs;
    const before = all.slice(0, verdict.oldest ?? first);
    this.finished = before.findLast((file) => file.size > 0)?.position() ?? this.finished ?? null;
    const live = this.files.at(-1);
    // The daemon may still write to it for a time that starts now.
    if (live) this.busyMs.delete(live);
    const files = [...kept, ...all.slice(first)];
    for (const file of [...this.files, ...all]) if (!files.includes(file)) this.drop(file);
    this.files = files;
  }

  /** The time up to which lines were read, in case the last file is gone. */
  private lastReadMs(): number {
    const { timeOf, now, sinceMs } = this.options;
    if (this.lastLine === undefined) return sinceMs;
    const timeMs = timeOf(this.lastLine);
    // A line in the future is of no use: the clock was set back, or the line is forged.
    return timeMs === undefined || timeMs > now() ? -Infinity : timeMs;
  }

  /**
   * Sets the position in a file at its first wanted line, or a little before.
   *
   * @param from the index of the first file that may have wanted lines
   * @returns the index of the file with the first wanted line
   */
  private findSince(files: LogFile[], from: number, sinceMs: number): number {
    const { timeOf } = this.options;
    for (let i = files.length - 1; i >= from; i--) {
      const file = files[i]!;
      // A file not written since then has no wanted lines.
      if (i < files.length - 1 && file.writtenMs() < sinceMs) return i + 1;
      const place = findStart(file, (line) => {
        const timeMs = timeOf(line);
        return timeMs === undefined ? undefined : timeMs >= sinceMs;
      });
      if (place === undefined) continue;
      file.offset = place;
      return i;
    }
    return from;
  }

  private drop(file: LogFile): void {
    file.close();
    this.busyMs.delete(file);
  }

  private closeFinished(take: (line: string) => void): void {
    const nowMs = this.options.now();
    // While the new file is empty, the daemon may still write to the old one.
    if (this.files.at(-1)!.size === 0) return;
    for (const file of this.files.slice(0, -1)) {
      const busyMs = this.busyMs.get(file) ?? nowMs;
      this.busyMs.set(file, busyMs);
      // Oldest first: after a restart, everything newer than an open file counts as unread. The clock may have been set
      // back since.
      if (Math.abs(nowMs - busyMs) < LINGER_MS) return;
      file.readRest(take);
      if (file.size > 0) this.finished = file.position();
      this.drop(file);
      this.files.splice(this.files.indexOf(file), 1);
    }
  }
}

/**
 * Follows a text log that someone else writes and rotates, by renaming it or by copying and cutting it
 * off (logrotate's `copytruncate`), and hands over each line once.
 */
import { statSync } from "node:fs";
import { isDamage } from "../../errors.ts";
import type { FilePosition, LogFile } from "./file.ts";
import { findStart } from "./first_wanted.ts";
import { succeed, type TextPosition } from "./position.ts";
import { closeAll, newestInode, openLogFiles } from "./rotation.ts";

/** A daemon writes to the renamed file until it is told to reopen; so long must that file be quiet. */
const LINGER_MS = 5_000;

export interface FollowerOptions {
  path: string;
  /** Where to go on. When no file there is known any more, it is as if none were given. */
  position?: TextPosition | undefined;
  /** Without a position, the first line handed over is the first one not older than this. */
  sinceMs: number;
  /** When a line was written; undefined for a line that doesn't say. */
  timeOf: (line: string) => number | undefined;
  now: () => number;
  /** Called for a line that is passed over, since it is longer than 64 KiB. */
  tooLong?: () => void;
}

export class LogFollower {
  /** Oldest first. The last one is the file at the path; those before it are being finished. */
  private files: LogFile[] = [];
  /** The newest file before those that has lines; null for none, undefined when nobody knows. */
  private finished: FilePosition | null | undefined = null;
  /** When something was last read from a file that is being finished. */
  private busyMs = new Map<LogFile, number>();
  /** Lines before this one are passed over, until one is not older. */
  private sinceMs: number | undefined;
  /** The line that was read last. */
  private lastLine: string | undefined;
  /**
   * The inode of the newest rotated file when the files were listed, 0 for none: while nothing is known of
   * the live file, only another one shows that it was copied and cut off.
   */
  private newestRotated = 0;
  /** Bytes that were deleted before they could be read. */
  lostBytes = 0;

  constructor(private readonly options: FollowerOptions) {}

  /** False after a call of `poll` that ended early. */
  private isDone = true;

  /**
   * Hands over the lines that were written since the last call. A path that is missing while a log is
   * rotated is normal.
   *
   * @param mayGoOn asked after each piece; the call ends when it says no
   * @returns false when the call ended before everything was handed over; the next call goes on
   * @throws the system's error when the file can't be opened or read; the next call goes on
   */
  poll(take: (line: string) => void, mayGoOn: () => boolean = () => true): boolean {
    if (this.files.length === 0) this.start();
    else if (this.isRotated()) this.takeUp();
    // A file's successor is looked at before the file is: what is in the successor by then was written
    // after everything in the file, so handing over file by file keeps the order.
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
    // What comes into an empty log is new, whatever its stamps say.
    if (this.files.every(({ size }) => size === 0)) this.sinceMs = undefined;
    this.closeFinished(wanted);
    return true;
  }

  /** What can't be read of a file that was rotated is given up; another reading would fail as well. */
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

  /** When the oldest line was written that the last call left unread; undefined when it left none. */
  oldestUnreadMs(): number | undefined {
    if (this.isDone) return undefined;
    const { timeOf } = this.options;
    const lines = this.files.values().flatMap((file) => file.peekLines());
    return lines.map(timeOf).find((timeMs) => timeMs !== undefined);
  }

  /** Where each open file was left. Taken between two polls, or within one, it loses no line. */
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

  /** Whether the live file was renamed, or copied and cut off. */
  private isRotated(): boolean {
    const { path } = this.options;
    const live = this.files.at(-1)!;
    // Before the names: what it has by now was not copied away, if they are the same afterwards.
    const isWhole = live.look();
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return false;
    if (stats.dev !== live.dev || stats.ino !== live.ino || !isWhole) return true;
    return live.offset === 0 && newestInode(path) !== this.newestRotated;
  }

  /**
   * Takes up the files that are there now: those that are known where they were left, and what came after.
   *
   * @param saved what is known of files that another process read
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
    // The time for which the daemon may still write to it begins now.
    if (live) this.busyMs.delete(live);
    const files = [...kept, ...all.slice(first)];
    for (const file of [...this.files, ...all]) if (!files.includes(file)) this.drop(file);
    this.files = files;
  }

  /** Lines before this time were read, if the file is gone in which reading ended. */
  private lastReadMs(): number {
    const { timeOf, now, sinceMs } = this.options;
    if (this.lastLine === undefined) return sinceMs;
    const timeMs = timeOf(this.lastLine);
    // A line of the future tells nothing: the clock was set back, or somebody made it up.
    return timeMs === undefined || timeMs > now() ? -Infinity : timeMs;
  }

  /**
   * Has the file read from its first line on that is wanted, or from a little before.
   *
   * @param from the index of the first file that may have lines that are wanted
   * @returns the index of the file in which the first one lies
   */
  private findSince(files: LogFile[], from: number, sinceMs: number): number {
    const { timeOf } = this.options;
    for (let i = files.length - 1; i >= from; i--) {
      const file = files[i]!;
      // A file that nobody wrote to since holds nothing that is wanted, and needn't be opened up.
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
    // While the new file is empty, nothing shows that the daemon has let go of the old one.
    if (this.files.at(-1)!.size === 0) return;
    for (const file of this.files.slice(0, -1)) {
      const busyMs = this.busyMs.get(file) ?? nowMs;
      this.busyMs.set(file, busyMs);
      // Oldest first: a restart takes everything that is newer than an open file for unread.
      // The clock may have been set back since.
      if (Math.abs(nowMs - busyMs) < LINGER_MS) return;
      file.readRest(take);
      if (file.size > 0) this.finished = file.position();
      this.drop(file);
      this.files.splice(this.files.indexOf(file), 1);
    }
  }
}

/**
 * Follows a text log that someone else writes and rotates, by renaming it or by copying and cutting it
 * off (logrotate's `copytruncate`), and hands over each line once.
 */
import { statSync } from "node:fs";
import { LogFile } from "./file.ts";
import { firstAfter, readPosition, resumeAll } from "./position.ts";
import type { LogPosition } from "../record.ts";
import { closeAll, newestInode, openLogFiles } from "./rotation.ts";

/** A daemon writes to the renamed file until it is told to reopen; so long must that file be quiet. */
const LINGER_MS = 5_000;

export interface FollowerOptions {
  path: string;
  /** Where to go on. When no file there is known any more, it is as if none were given. */
  position?: LogPosition | undefined;
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
  /** When something was last read from a file that is being finished. */
  private busyMs = new Map<LogFile, number>();
  /** Lines before this one are passed over, until one is not older. */
  private sinceMs: number | undefined;
  /**
   * The inode of the newest rotated file when the files were listed, 0 for none. While nothing of the
   * live file was read, it has no known start by which its copy could be found: what was written to it
   * and then copied away is in the files that came after this one.
   */
  private newestRotated = 0;
  /** The size of the live file at the last call. */
  private liveBytes = 0;
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
    else this.noticeRotation();
    // A file's successor is measured before the file is read: what is in the successor by then was
    // written after everything in the file, so handing over file by file keeps the order.
    const ends = new Map<LogFile, number>();
    for (const file of this.files.toReversed()) ends.set(file, file.size());
    this.liveBytes = ends.get(this.files.at(-1)!)!;
    const wanted = (line: string) => {
      if (this.isWanted(line)) take(line);
    };
    const tooLong = this.options.tooLong ?? (() => {});
    this.isDone = false;
    for (const file of this.files.slice()) {
      const end = ends.get(file)!;
      while (file.offset < end && file.readLines(end, wanted, tooLong)) {
        this.busyMs.set(file, this.options.now());
        if (!mayGoOn()) return false;
      }
    }
    this.isDone = true;
    this.closeFinished(wanted);
    return true;
  }

  /** When the oldest line was written that the last call left unread; undefined when it left none. */
  oldestUnreadMs(): number | undefined {
    if (this.isDone) return undefined;
    const { timeOf } = this.options;
    const lines = this.files.values().flatMap((file) => file.peekLines());
    return lines.map(timeOf).find((timeMs) => timeMs !== undefined);
  }

  /** Where each open file was left. Taken between two polls, or within one, it loses no line. */
  position(): LogPosition {
    const { position } = this.options;
    if (this.files.length === 0 && position !== undefined) return position;
    const files = this.files.map((file) => file.position());
    const isUnread = files.at(-1)?.offset === 0;
    return { kind: "text", files, newestRotated: isUnread ? this.newestRotated : null };
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
    const { path, position } = this.options;
    const saved = readPosition(position);
    const newest = position?.["newestRotated"];
    const found = openLogFiles(path, (files) => {
      if (files.current === undefined) return { first: 0, lostBytes: 0 };
      const all = [...files.rotated, files.current];
      if (typeof newest === "number" && saved.length === 1) {
        return { first: firstAfter(all, newest), lostBytes: 0 };
      }
      const { first, lostBytes } = resumeAll(all, saved);
      return { first: first ?? this.startSince(all), lostBytes };
    });
    const { rotated, current, verdict } = found;
    if (current === undefined) {
      closeAll(rotated);
      throw Object.assign(new Error(`ENOENT: there is no ${path}`), { code: "ENOENT" });
    }
    this.newestRotated = found.newest;
    this.files = [...rotated, current];
    closeAll(this.files.splice(0, verdict.first));
    this.lostBytes += verdict.lostBytes;
  }

  /** @returns the index of the file in which the first line lies that is wanted */
  private startSince(files: LogFile[]): number {
    const { sinceMs, timeOf } = this.options;
    this.sinceMs = sinceMs;
    for (let i = files.length - 1; i >= 0; i--) {
      const file = files[i]!;
      // A file that nobody wrote to since holds nothing that is wanted, and needn't be opened up.
      if (i < files.length - 1 && file.writtenMs() < sinceMs) return i + 1;
      const place = file.findStart((line) => {
        const timeMs = timeOf(line);
        return timeMs === undefined ? undefined : timeMs >= sinceMs;
      });
      if (place === undefined) continue;
      file.offset = place;
      return i;
    }
    return 0;
  }

  /** Takes up the copies of the live file, and the files that came after it. */
  private noticeRotation(): void {
    const { path } = this.options;
    const live = this.files.at(-1)!;
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return;
    const isReplaced = stats.dev !== live.dev || stats.ino !== live.ino;
    const isUnread = live.offset === 0;
    // What stands in it now was not copied away, if the newest copy is afterwards the one we know.
    if (isUnread) live.learnStart();
    const isCut = isUnread ? newestInode(path) !== this.newestRotated : !live.isWhole();
    if (!isReplaced && !isCut) return;
    const unreadBytes = Math.max(0, this.liveBytes - live.offset);
    const found = openLogFiles(path, ({ rotated: files }) => {
      const place = files.findIndex((file) => file.isSame(live));
      const ours = place < 0 ? files.length : place;
      if (isUnread) return { ours, first: firstAfter(files, this.newestRotated) };
      if (live.isWhole()) return { ours, first: ours, isWhole: true };
      const copy = resumeCopy(files, live);
      return { ours, first: copy ?? ours, isLost: copy === undefined };
    });
    const { rotated, current, verdict } = found;
    if (current === undefined) return closeAll(rotated);
    this.newestRotated = found.newest;
    const files = [...rotated, current];
    if (verdict.isLost) this.lostBytes += unreadBytes;
    try {
      this.takeOver(live, files, verdict);
    } catch (error) {
      for (const file of files) if (!this.files.includes(file)) file.close();
      throw error;
    }
  }

  /**
   * Goes on with the files that were found after a rotation; those that it does not need are closed.
   *
   * @param ours the index of the file that we know as the live one
   * @param first the index of the first file that is to be read
   * @param isWhole the live file is still what it was
   */
  private takeOver(
    live: LogFile,
    files: LogFile[],
    { ours, first, isWhole }: { ours: number; first: number; isWhole?: boolean },
  ): void {
    const current = files.at(-1)!;
    const goneMs = files[ours]!.isSame(live) ? undefined : live.writtenMs();
    const isNew = files.map((file, i) =>
      goneMs === undefined
        ? i >= first || i === ours
        : file === current || file.writtenMs() > goneMs,
    );
    if (goneMs === undefined) {
      // Of a file that was cut off nothing was read, so the one just opened is as good.
      const [spare] = isWhole ? files.splice(ours, 1, live) : [live];
      spare!.close();
      this.files.pop();
    }
    // If it was renamed, the time for which the daemon may still write to it begins now.
    this.busyMs.delete(live);
    for (const [i, file] of files.entries()) {
      if (isNew[i] && !this.files.some((held) => held.isSame(file))) this.files.push(file);
      else file.close();
    }
  }

  private closeFinished(take: (line: string) => void): void {
    const nowMs = this.options.now();
    // While the new file is empty, nothing shows that the daemon has let go of the old one.
    if (this.files.at(-1)!.size() === 0) return;
    for (const file of this.files.slice(0, -1)) {
      const busyMs = this.busyMs.get(file) ?? nowMs;
      this.busyMs.set(file, busyMs);
      // Oldest first: a restart takes everything that is newer than an open file for unread.
      if (nowMs - busyMs < LINGER_MS) return;
      file.readRest(take);
      file.close();
      this.busyMs.delete(file);
      this.files.splice(this.files.indexOf(file), 1);
    }
  }
}

/** What a file that was cut off held, and was not read, is in its copy. @returns the copy's index */
function resumeCopy(rotated: LogFile[], live: LogFile): number | undefined {
  const position = live.position();
  const copy = rotated.findLastIndex((file) => !file.isSame(live) && file.continues(position));
  if (copy < 0) return undefined;
  rotated[copy]!.resume(position);
  return copy;
}

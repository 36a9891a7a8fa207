/**
 * Follows a text log that someone else writes and rotates, by renaming it or by copying and cutting it
 * off (logrotate's `copytruncate`), and hands over each line once.
 */
import { statSync } from "node:fs";
import { LogFile } from "./log_file.ts";
import { firstAfter, readPosition, resumeAll } from "./log_position.ts";
import type { LogPosition } from "./log_record.ts";
import { keepOnly, openRotated, rotatedFiles } from "./log_siblings.ts";

/** A daemon writes to the renamed file until it is told to reopen; so long must that file be quiet. */
const LINGER_MS = 5_000;
/** Reads of 64 KiB between two turns of the event loop. */
const READS_PER_TURN = 16;

export interface FollowerOptions {
  path: string;
  /** Where to go on. When no file there is known any more, it is as if none were given. */
  position?: LogPosition | undefined;
  /** Without a position, the first line handed over is the first one not older than this. */
  sinceMs: number;
  /** When a line was written; undefined for a line that doesn't say. */
  timeOf: (line: string) => number | undefined;
  now: () => number;
}

export class LogFollower {
  readonly #options: FollowerOptions;
  /** Oldest first. The last one is the file at the path; those before it are being finished. */
  #files: LogFile[] = [];
  /** When something was last read from a file that is being finished. */
  #busyMs = new Map<LogFile, number>();
  /** Lines before this one are passed over, until one is not older. */
  #sinceMs: number | undefined;
  /**
   * The inode of the newest rotated file while nothing of the live one was read, 0 for none. Such a
   * file has no known start by which its copy could be found: what was written to it and then copied
   * away is in the files that came after this one.
   */
  #newestRotated: number | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /**
   * Hands over the lines that were written since the last call. A path that is missing while a log is
   * rotated is normal.
   *
   * @throws the system's error when the file can't be opened or read; the next call goes on
   */
  async poll(take: (line: string) => void): Promise<void> {
    if (this.#files.length === 0) this.#start();
    else this.#noticeRotation();
    // A file's successor is measured before the file is read: what is in the successor by then was
    // written after everything in the file, so handing over file by file keeps the order.
    const ends = new Map<LogFile, number>();
    for (const file of this.#files.toReversed()) ends.set(file, file.size());
    const wanted = (line: string) => {
      if (this.#isWanted(line)) take(line);
    };
    let reads = 0;
    for (const file of this.#files.slice()) {
      const end = ends.get(file)!;
      while (file.offset < end && file.readLines(end, wanted)) {
        this.#busyMs.set(file, this.#options.now());
        if (++reads % READS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    }
    this.#closeFinished(wanted);
    this.#rememberIfUnread();
  }

  /** Where each open file was left. Taken between two polls, or within one, it loses no line. */
  position(): LogPosition {
    const { position } = this.#options;
    if (this.#files.length === 0 && position !== undefined) return position;
    const files = this.#files.map((file) => file.position());
    const unread = files.at(-1)?.offset === 0;
    return { kind: "text", files, newestRotated: unread ? (this.#newestRotated ?? null) : null };
  }

  close(): void {
    for (const file of this.#files.splice(0)) file.close();
    this.#busyMs.clear();
  }

  #isWanted(line: string): boolean {
    if (this.#sinceMs === undefined) return true;
    const timeMs = this.#options.timeOf(line);
    if (timeMs === undefined || timeMs < this.#sinceMs) return false;
    this.#sinceMs = undefined;
    return true;
  }

  #start(): void {
    const files = this.#openAll();
    const saved = readPosition(this.#options.position);
    const newest = this.#options.position?.["newestRotated"];
    const first =
      typeof newest === "number" && saved.length === 1
        ? firstAfter(files, newest)
        : (resumeAll(files, saved) ?? this.#startSince(files));
    for (const file of files.splice(0, first)) file.close();
    this.#files = files;
  }

  /** The rotated files and the one at the path, oldest first. */
  #openAll(): LogFile[] {
    const live = new LogFile(this.#options.path);
    return [...openRotated(this.#options.path), live];
  }

  /** @returns the index of the file in which the first line lies that is wanted */
  #startSince(files: LogFile[]): number {
    const { sinceMs, timeOf } = this.#options;
    this.#sinceMs = sinceMs;
    for (let i = files.length - 1; i >= 0; i--) {
      const file = files[i]!;
      // A file that nobody wrote to since holds nothing that is wanted, and needn't be opened up.
      if (i < files.length - 1 && file.writtenMs() < sinceMs) return i + 1;
      const place = file.findBack((line) => {
        const timeMs = timeOf(line);
        return timeMs === undefined ? undefined : timeMs >= sinceMs;
      });
      if (place === undefined) continue;
      file.offset = place;
      return i;
    }
    return 0;
  }

  #noticeRotation(): void {
    const live = this.#files.at(-1)!;
    const stats = statSync(this.#options.path, { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (stats.dev === live.dev && stats.ino === live.ino) {
      if (this.#newestRotated !== undefined) this.#noticeCopies(this.#newestRotated);
      else if (!live.isWhole()) this.#noticeTruncation(live);
      return;
    }
    const current = openIfThere(this.#options.path);
    if (current === undefined) return;
    // More than one rotation may have passed: all that is newer than the file we hold is to be read.
    const rotated = openRotated(this.#options.path);
    const ours = rotated.findIndex((file) => file.dev === live.dev && file.ino === live.ino);
    const gone = ours < 0 ? live.writtenMs() : undefined;
    const newer = keepOnly(rotated, (file, i) =>
      gone === undefined ? i > ours : !this.#holds(file) && file.writtenMs() > gone,
    );
    this.#files.push(...newer, current);
    this.#busyMs.set(live, this.#options.now());
  }

  /** What was not read before the file was cut off is in its copy, and what came after in newer ones. */
  #noticeTruncation(live: LogFile): void {
    const position = live.position();
    const rotated = openRotated(this.#options.path);
    const copy = rotated.findLastIndex((file) => file.continues(position));
    rotated[copy]?.resume(position);
    this.#files.splice(-1, 0, ...keepOnly(rotated, (_, i) => copy >= 0 && i >= copy));
    live.restart();
  }

  /** Files that the live one was copied to before anything of it was read. */
  #noticeCopies(newestRotated: number): void {
    const rotated = openRotated(this.#options.path);
    const first = firstAfter(rotated, newestRotated);
    this.#files.splice(-1, 0, ...keepOnly(rotated, (_, i) => i >= first));
    this.#files.at(-1)!.restart();
  }

  #rememberIfUnread(): void {
    const unread = this.#files.at(-1)!.offset === 0;
    const newest = unread ? rotatedFiles(this.#options.path).at(-1) : undefined;
    const ino = newest === undefined ? 0 : statSync(newest, { throwIfNoEntry: false })?.ino;
    this.#newestRotated = unread ? ino : undefined;
  }

  #holds(file: LogFile): boolean {
    return this.#files.some((held) => held.dev === file.dev && held.ino === file.ino);
  }

  #closeFinished(take: (line: string) => void): void {
    const nowMs = this.#options.now();
    // While the new file is empty, nothing shows that the daemon has let go of the old one.
    if (this.#files.at(-1)!.size() === 0) return;
    for (const file of this.#files.slice(0, -1)) {
      const busyMs = this.#busyMs.get(file) ?? nowMs;
      this.#busyMs.set(file, busyMs);
      // Oldest first: a restart takes everything that is newer than an open file for unread.
      if (nowMs - busyMs < LINGER_MS) return;
      file.readRest(take);
      file.close();
      this.#busyMs.delete(file);
      this.#files.splice(this.#files.indexOf(file), 1);
    }
  }
}

function openIfThere(path: string): LogFile | undefined {
  try {
    return new LogFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

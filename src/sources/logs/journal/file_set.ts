/** The set of journal files being read; follows files that are created, renamed or deleted. */
import { statSync } from "node:fs";
import { isDamage } from "../../errors.ts";
import { JournalFile } from "./file.ts";
import { JournalFolders, type JournalPath } from "./folders.ts";
import { JournalFormatError, type JournalHeader } from "./header.ts";
import type { Pages } from "./pages.ts";
import type { JournalProgress } from "./position.ts";
import { FileCursor, type Readers } from "./file_cursor.ts";

/** Age from which an invalid file is a fault: a younger one may still be in creation. */
const HALF_MADE_MS = 5000;

/** A file that is being followed, and its path. */
export interface OpenFile {
  cursor: FileCursor;
  path: JournalPath;
  /** True when the file was deleted (vacuumed) while it is open here. */
  isDeleted: boolean;
}

/** An archived file that was read to its end. */
interface FinishedFile {
  inode: number;
  header: JournalHeader;
  offsets: Record<string, number>;
}

export interface JournalFilesOptions {
  folders: JournalFolders;
  pages: Pages;
  readers: Readers;
  progress: JournalProgress;
  /** Where the very first reading begins, in microseconds since the epoch. */
  sinceUs: number;
  now: () => number;
  report: (message: string) => void;
}

export class JournalFiles {
  /** By file_id. */
  readonly open = new Map<string, OpenFile>();
  /** By path. */
  private readonly finished = new Map<string, FinishedFile>();
  /** Since when some listed files can't be opened yet, in milliseconds since the epoch. */
  private incompleteSinceMs: number | undefined;

  constructor(private readonly options: JournalFilesOptions) {}

  /**
   * Opens new files, and notices renamed and deleted ones.
   *
   * @throws the system's error when the journal can't be read
   */
  update(): void {
    const paths = this.options.folders.list();
    if (paths !== undefined) {
      const missing = new Set(this.open.keys());
      const failure = this.openAll(paths, missing);
      for (const fileId of missing) {
        const file = this.open.get(fileId)!;
        file.isDeleted = file.cursor.file.isDeleted();
      }
      const listed = new Set(paths.map(({ path }) => path));
      for (const path of this.finished.keys()) if (!listed.has(path)) this.finished.delete(path);
      if (failure !== undefined) {
        this.options.folders.listAgain();
        throw failure;
      }
    }
    this.options.progress.confirm(this.isComplete());
  }

  /**
   * Whether all listed files are open. A file just renamed or created is found by a later listing; one that never opens
   * is ignored after a while.
   */
  private isComplete(): boolean {
    const sinceMs = this.incompleteSinceMs;
    return sinceMs === undefined || Math.abs(this.options.now() - sinceMs) > HALF_MADE_MS;
  }

  /** Closes archived files that were read to their end. */
  closeFinished(): void {
    for (const [fileId, { cursor, path, isDeleted }] of this.open) {
      if (!isDeleted && !cursor.isFinished) continue;
      cursor.file.close();
      this.open.delete(fileId);
      if (isDeleted) continue;
      const { inode, header } = cursor.file;
      this.finished.set(path.path, { inode, header, offsets: cursor.offsets() });
    }
  }

  close(): void {
    for (const { cursor } of this.open.values()) cursor.file.close();
    this.open.clear();
  }

  /** Whether there are files, all have entries, and none has one of that time or later. */
  endBefore(timeUs: number): boolean {
    const headers = [
      ...[...this.open.values()].map(({ cursor }) => cursor.file.header),
      ...[...this.finished.values()].map(({ header }) => header),
    ];
    return (
      headers.length > 0 &&
      headers.every((header) => header.entryCount > 0 && header.tailRealtimeUs < timeUs)
    );
  }

  /** By file_id and value: the last returned entry. */
  offsets(): Record<string, Record<string, number>> {
    const files: Record<string, Record<string, number>> = {};
    const { saved } = this.options.progress;
    for (const [fileId, offsets] of saved) files[fileId] = Object.fromEntries(offsets);
    for (const { header, offsets } of this.finished.values()) {
      if (!this.options.progress.covers(header)) files[header.fileId] = offsets;
    }
    for (const [fileId, { cursor }] of this.open) files[fileId] = cursor.offsets();
    return files;
  }

  /** By file_id: the unread bytes of each file, if any. */
  unreadBytes(): Record<string, number> {
    const bytes = Object.fromEntries(this.options.progress.unread);
    for (const [fileId, { cursor }] of this.open) {
      if (cursor.unreadBytes > 0) bytes[fileId] = cursor.unreadBytes;
    }
    return bytes;
  }

  /**
   * @param missing the ids of the open files; ids that are found are removed
   * @returns why an essential file could not be opened
   */
  private openAll(paths: JournalPath[], missing: Set<string>): unknown {
    const byPath = new Map<string, string>();
    for (const [fileId, { path }] of this.open) byPath.set(path.path, fileId);
    let failure: unknown;
    let isComplete = true;
    for (const path of paths) {
      if (this.isFinishedAt(path.path)) continue;
      const known = this.open.get(byPath.get(path.path) ?? "");
      try {
        if (known !== undefined && known.cursor.file.isAt(path.path)) {
          missing.delete(known.cursor.file.header.fileId);
        } else {
          missing.delete(this.openFile(path));
        }
      } catch (error) {
        const { code } = error as { code?: string };
        const isJustMade = error instanceof JournalFormatError && this.isJustMade(path.path);
        if (code === "ENOENT" || isJustMade) {
          isComplete = false;
          continue;
        }
        // An error that affects all reading is thrown; one that affects a single file is only reported.
        if (!isOnlyThatFile(error, path)) failure ??= error;
        else this.options.report(`${path.path}: ${(error as Error).message}`);
      }
    }
    if (isComplete) this.incompleteSinceMs = undefined;
    else {
      this.incompleteSinceMs ??= this.options.now();
      if (!this.isComplete()) this.options.folders.listAgain();
    }
    return failure;
  }

  private openFile(path: JournalPath): string {
    const { pages, progress, readers, sinceUs } = this.options;
    const file = JournalFile.open(path.path, pages);
    const { fileId } = file.header;
    const known = this.open.get(fileId);
    const finishedAt = this.finishedPath(fileId);
    if (known !== undefined || finishedAt !== undefined) {
      file.close();
      // With the same inode it was renamed; with another one it is a copy.
      if (known !== undefined && known.cursor.file.inode === file.inode) {
        known.path = path;
        known.cursor.hasArchiveName = path.hasArchiveName;
      }
      if (finishedAt !== undefined) this.moveFinished(finishedAt, path.path, file.inode);
      return fileId;
    }
    const start = progress.startOf(file.header, path.isVolatile, sinceUs);
    const cursor = new FileCursor(file, readers, start, path.hasArchiveName);
    this.open.set(fileId, { cursor, path, isDeleted: false });
    return fileId;
  }

  /** Whether a file was created a moment ago, so that its header and tables may be missing. */
  private isJustMade(path: string): boolean {
    const madeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return this.options.now() - madeMs < HALF_MADE_MS;
  }

  /** Whether the finished file is still the one at the path: the next file may get the same name. */
  private isFinishedAt(path: string): boolean {
    const inode = this.finished.get(path)?.inode;
    return inode !== undefined && statSync(path, { throwIfNoEntry: false })?.ino === inode;
  }

  private finishedPath(fileId: string): string | undefined {
    for (const [path, { header }] of this.finished) if (header.fileId === fileId) return path;
    return undefined;
  }

  private moveFinished(from: string, to: string, inode: number): void {
    const file = this.finished.get(from)!;
    if (file.inode !== inode) return;
    this.finished.delete(from);
    this.finished.set(to, file);
  }
}

/** Whether an error affects only this file: without the system's own file nothing of sshd is seen. */
function isOnlyThatFile(error: unknown, { path, namespace }: JournalPath): boolean {
  if (namespace === "" && path.endsWith("/system.journal")) return false;
  const { code } = error as { code?: string };
  if (error instanceof JournalFormatError || isDamage(error)) return true;
  return code === "EACCES" || code === "EPERM";
}

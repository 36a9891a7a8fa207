import { statSync } from "node:fs";
import { BrokenSourceError } from "./errors.ts";

/**
 * A file that is read again only when its inode, size, mtime or ctime has changed. A broken file is cached like its
 * content.
 */
export class CachedFile<T> {
  private version = "";
  private content: { value: T } | { broken: BrokenSourceError } | undefined;
  private reading: Promise<T> | undefined;

  /** @param read opens and reads the file; it may have been replaced by something other than a file */
  constructor(
    private readonly path: string,
    private readonly read: (path: string) => Promise<T> | T,
  ) {}

  /**
   * The present content. Concurrent callers share one reading, even one started by a collection that has ended since.
   *
   * @throws the system's error when the file can't be read, or what `read` throws
   */
  get(): Promise<T> {
    return (this.reading ??= this.current().finally(() => (this.reading = undefined)));
  }

  private async current(): Promise<T> {
    const version = versionOf(this.path);
    if (version !== this.version || this.content === undefined) {
      this.content = await this.readContent();
      this.version = version;
    }
    if ("broken" in this.content) throw this.content.broken;
    return this.content.value;
  }

  private async readContent(): Promise<{ value: T } | { broken: BrokenSourceError }> {
    try {
      return { value: await this.read(this.path) };
    } catch (error) {
      if (error instanceof BrokenSourceError) return { broken: error };
      throw error;
    }
  }
}

/** A text that changes when the file at a path changes. @throws the system's error */
export function versionOf(path: string): string {
  const { ino, size, mtimeMs, ctimeMs } = statSync(path);
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

import { stat } from "node:fs/promises";

/** A file that is read again only when it has changed, as told by its inode, size, mtime and ctime. */
export class CachedFile<T> {
  private version = "";
  private value: T | undefined;

  constructor(
    private readonly path: string,
    private readonly read: (path: string) => Promise<T> | T,
  ) {}

  /** @throws the system's error when the file can't be read, or what `read` throws */
  async get(): Promise<T> {
    const { ino, size, mtimeMs, ctimeMs } = await stat(this.path);
    const version = `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
    if (version !== this.version) {
      this.value = await this.read(this.path);
      this.version = version;
    }
    return this.value as T;
  }
}

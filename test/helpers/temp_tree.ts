import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { Root } from "../../src/sources/root.ts";

/** In memory, where there is such a file system: whole hosts have thousands of files. */
const TEMPORARY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A folder that stands for a host's `/`, gone at the end of the block that says `using`. */
export class TempTree implements Disposable {
  readonly folder = mkdtempSync(`${TEMPORARY}/sessions-exporter-`);
  readonly root = new Root(this.folder);

  /** @param files contents by path from the root, `/etc/passwd` say */
  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  /** Writes a file, its folders too. @returns its full path */
  write(path: string, content: string | Uint8Array): string {
    const full = this.folder + path;
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    return full;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What somebody may put in a file's place. */
import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export interface Kind {
  name: string;
  /** Puts it at a path where nothing is. */
  put: (path: string) => void;
  /** What is said of it. */
  says: RegExp;
}

export const KINDS: readonly Kind[] = [
  {
    name: "a FIFO",
    put: (path) => {
      if (spawnSync("mkfifo", [path]).status !== 0) throw new Error(`mkfifo ${path} failed`);
    },
    says: /is a FIFO/,
  },
  {
    name: "a device",
    put: (path) => symlinkSync("/dev/zero", path),
    says: /is a device/,
  },
  { name: "a directory", put: (path) => mkdirSync(path), says: /is a directory/ },
  {
    name: "a link loop",
    put: (path) => symlinkSync(path, path),
    says: /too many symbolic links/i,
  },
  {
    name: "20 GB of nothing",
    put: (path) => {
      writeFileSync(path, "");
      truncateSync(path, 20e9);
    },
    says: /is 20000000000 bytes long/,
  },
];

/** Puts a kind in a file's place; the function that comes back puts back what was there. */
export function replace(path: string, kind: Kind): () => void {
  const aside = `${dirname(path)}/.aside`;
  renameSync(path, aside);
  kind.put(path);
  return () => {
    rmSync(path, { recursive: true });
    renameSync(aside, path);
  };
}

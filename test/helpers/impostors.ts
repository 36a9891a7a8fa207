/** What somebody can put in a file's place: none of it may be waited for, or read without end. */
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { output } from "./system.ts";

export interface Impostor {
  name: string;
  /** Puts it at a path where nothing is. */
  put: (path: string) => void;
  /** What is said of it where a regular file belongs. */
  says: RegExp;
}

export const IMPOSTORS: readonly Impostor[] = [
  { name: "a FIFO", put: (path) => void output("mkfifo", path), says: /is a FIFO/ },
  { name: "a device", put: (path) => symlinkSync("/dev/zero", path), says: /is a device/ },
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

/** Puts one where a file or folder may be already. The function that comes back puts that back. */
export function replace(path: string, { put }: Impostor): () => void {
  const aside = `${dirname(path)}/.${basename(path)}`;
  mkdirSync(dirname(path), { recursive: true });
  const wasThere = moveIfThere(path, aside);
  put(path);
  return () => {
    rmSync(path, { recursive: true, force: true });
    if (wasThere) renameSync(aside, path);
  };
}

function moveIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

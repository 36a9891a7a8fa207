/** What somebody can put in the place of a file: nothing of it may be opened, or read without end. */
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { output } from "./system.ts";

/** Each makes its kind at a path. */
export const IMPOSTORS: readonly [kind: string, make: (path: string) => void][] = [
  ["a FIFO", (path) => void output("mkfifo", path)],
  ["a device", (path) => symlinkSync("/dev/zero", path)],
  ["a directory", (path) => void mkdirSync(path)],
  ["a link to itself", (path) => symlinkSync(path, path)],
  [
    "20 GB of nothing",
    (path) => {
      writeFileSync(path, "");
      truncateSync(path, 20e9);
    },
  ],
];

/** Puts one of them where a file may be already. */
export function replaceBy(make: (path: string) => void, path: string): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  make(path);
}

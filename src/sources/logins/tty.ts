/**
 * The device nodes of terminals below `/dev`, by stat(2), which needs no permission on them. A terminal's atime is its
 * last input, its mtime the last output; the kernel updates both in steps of 8 s.
 */
import { statSync } from "node:fs";
import type { Root } from "../root.ts";
import { NOT_MOUNTED, READABLE_BY_ALL, type SourceInfo } from "../source.ts";

export const TTY = {
  name: "tty",
  paths: ["/dev/pts"],
  parts: { dev: "/dev" },
  isFolder: true,
  lost: "the time of the last input on terminals",
  whenMissing: NOT_MOUNTED,
  whenForbidden: READABLE_BY_ALL,
} as const satisfies SourceInfo;

export interface TtyNode {
  /** The last input, in seconds since the epoch. */
  lastInputSeconds: number;
  /** The ctime in seconds since the epoch: for a pty its creation, since input and output don't change it. */
  changedSeconds: number;
  /** The owner, to whom the terminal was given. */
  uid: number;
}

/** @param name below `/dev`: `pts/3`, `tty2` @returns undefined when there is no such terminal */
export function statTty(root: Root, name: string): TtyNode | undefined {
  // Names come from titles and records with any content: a path must not lead out of /dev.
  if (!/^[A-Za-z0-9]+(\/\d+)?$/.test(name)) return undefined;
  try {
    const stat = statSync(`${root.path(TTY.parts.dev)}/${name}`, { throwIfNoEntry: false });
    return (
      stat && {
        lastInputSeconds: stat.atimeMs / 1000,
        changedSeconds: stat.ctimeMs / 1000,
        uid: stat.uid,
      }
    );
  } catch {
    return undefined;
  }
}

/**
 * The nodes of terminals below `/dev`, through stat(2), which needs no right to open them. On a
 * terminal atime is the last input, mtime the last output; the kernel moves both in steps of 8 s.
 */
import { statSync } from "node:fs";
import type { Root } from "../root.ts";
import { NOT_MOUNTED, READABLE_BY_ALL, type SourceInfo } from "../source.ts";

export const TTY = {
  name: "tty",
  paths: ["/dev/pts"],
  parts: { dev: "/dev" },
  isFolder: true,
  lost: "when terminals were last typed on",
  whenMissing: NOT_MOUNTED,
  whenForbidden: READABLE_BY_ALL,
} as const satisfies SourceInfo;

export interface TtyNode {
  /** When it was last typed on, in seconds since the epoch. */
  lastInputSeconds: number;
  /** When it was made, for a pty: input and output do not move it. */
  changedSeconds: number;
  /** Whom it was given to. */
  uid: number;
}

/** @param name below `/dev`: `pts/3`, `tty2` @returns undefined when there is no such terminal */
export function statTty(root: Root, name: string): TtyNode | undefined {
  // A name comes from titles and records that can hold anything: it must not lead out of /dev.
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

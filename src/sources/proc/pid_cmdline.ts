/** `/proc/PID/cmdline`: the arguments of a process, or the title it gave itself. man 5 proc_pid_cmdline. */
import { readFileSync } from "node:fs";
import type { Root } from "../root.ts";

/** The arguments, or undefined when the process is gone, a zombie, a kernel thread or hidden. */
export function readArguments(root: Root, pid: number): string[] | undefined {
  try {
    return parseArguments(readFileSync(root.proc(`${pid}/cmdline`), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Arguments end with NUL. A title is one such string, padded with NULs to the room that the arguments
 * had, so trailing empty arguments can't be told from padding and go.
 */
export function parseArguments(text: string): string[] | undefined {
  const trimmed = text.replace(/\0+$/, "");
  return trimmed === "" ? undefined : trimmed.split("\0");
}

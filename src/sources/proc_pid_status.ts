/** `/proc/PID/status`: facts of one process that its stat line lacks. man 5 proc_pid_status. */
import { readFileSync } from "node:fs";
import type { Root } from "./root.ts";

/** How many pid namespaces a process is in, counted from the one that `/proc` shows: 1 on the host. */
export function readPidNamespaceDepth(root: Root, pid: number): number | undefined {
  try {
    return parsePidNamespaceDepth(readFileSync(root.proc(`${pid}/status`), "latin1"));
  } catch {
    return undefined;
  }
}

/** @returns undefined when the kernel prints no `NSpid:` (before Linux 4.1) */
export function parsePidNamespaceDepth(text: string): number | undefined {
  return /^NSpid:((?:\t\d+)+)$/m.exec(text)?.[1]?.split("\t").slice(1).length;
}

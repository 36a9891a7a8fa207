/** `/proc/PID/status`: facts of one process that its stat line lacks. man 5 proc_pid_status. */
import { readFileSync } from "node:fs";
import type { Root } from "../root.ts";

export interface ProcessStatus {
  /** The users it acts for: real, effective, saved, and for file access. */
  uids: number[];
  /**
   * How many pid namespaces it is in, counted from the one that `/proc` shows: 1 on the host itself.
   * Before Linux 4.1 the kernel does not tell, and 1 is assumed.
   */
  pidNamespaces: number;
}

/** Undefined when the process is gone or hidden. */
export function readStatus(root: Root, pid: number | "self"): ProcessStatus | undefined {
  try {
    return parseStatus(readFileSync(root.proc(`${pid}/status`), "latin1"));
  } catch {
    return undefined;
  }
}

/** @returns undefined when it has no line `Uid:` */
export function parseStatus(text: string): ProcessStatus | undefined {
  const uids = /^Uid:((?:\t\d{1,10})+)$/m.exec(text)?.[1];
  const namespaces = /^NSpid:((?:\t\d+)+)$/m.exec(text)?.[1];
  if (uids === undefined) return undefined;
  return {
    uids: columns(uids).map(Number),
    pidNamespaces: namespaces === undefined ? 1 : columns(namespaces).length,
  };
}

function columns(text: string): string[] {
  return text.split("\t").slice(1);
}

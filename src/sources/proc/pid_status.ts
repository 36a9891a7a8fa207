/** `/proc/PID/status`: facts of one process that its stat line lacks. man 5 proc_pid_status. */
import { readSync } from "node:fs";
import { closeFile, openFile } from "../descriptors.ts";
import { isShortage } from "../errors.ts";
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

/**
 * The line of a process's groups, which stands before that of its namespaces, can have 65,536 numbers. Nobody
 * is in so many as have room here, but for who wants to hide the other line.
 */
const LIMIT_BYTES = 64 * 1024;

/** Every status is read into this buffer, and no longer needed when the next one is. */
const buffer = Buffer.alloc(LIMIT_BYTES);

/**
 * Undefined when the process is gone or hidden, or its status longer than 64 KiB.
 *
 * @throws the system's error when it is short of something, descriptors say: the process may be there
 */
export function readStatus(root: Root, pid: number | "self"): ProcessStatus | undefined {
  let fd: number;
  try {
    fd = openFile(root.proc(`${pid}/status`));
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
  try {
    const bytes = readSync(fd, buffer, 0, LIMIT_BYTES, 0);
    return bytes < LIMIT_BYTES ? parseStatus(buffer.toString("latin1", 0, bytes)) : undefined;
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  } finally {
    closeFile(fd);
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

/** `/proc/PID/status`: data of one process that is not in its stat line. man 5 proc_pid_status. */
import { readSync } from "node:fs";
import { closeFile, openFile } from "../descriptors.ts";
import { isShortage } from "../errors.ts";
import type { Root } from "../root.ts";

export interface ProcessStatus {
  /** The uids: real, effective, saved, and file system. */
  uids: number[];
  /**
   * The number of nested pid namespaces, counted from the one of `/proc`: 1 on the host itself. Kernels before 4.1
   * don't report it; then 1 is assumed.
   */
  pidNamespaces: number;
  /** The process that a thread belongs to; a process's own pid. Undefined when the line is missing. */
  processId: number | undefined;
}

/**
 * Most bytes read. The line of groups, before that of namespaces, can have 65,536 numbers; only a process that wants to
 * hide the latter line has more than fit.
 */
const LIMIT_BYTES = 64 * 1024;

/** One buffer for all files: each is parsed before the next one is read. */
const buffer = Buffer.alloc(LIMIT_BYTES);

/**
 * The status of a process; undefined when the process is gone or hidden, or the file longer than 64 KiB.
 *
 * @throws the system's error when it is short of a resource, such as descriptors: the process may exist
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

/** @returns the status; undefined when it has no line `Uid:` */
export function parseStatus(text: string): ProcessStatus | undefined {
  const uids = /^Uid:((?:\t\d{1,10})+)$/m.exec(text)?.[1];
  const namespaces = /^NSpid:((?:\t\d+)+)$/m.exec(text)?.[1];
  const processId = /^Tgid:\t(\d{1,10})$/m.exec(text)?.[1];
  if (uids === undefined) return undefined;
  return {
    uids: columns(uids).map(Number),
    pidNamespaces: namespaces === undefined ? 1 : columns(namespaces).length,
    processId: processId === undefined ? undefined : Number(processId),
  };
}

function columns(text: string): string[] {
  return text.split("\t").slice(1);
}

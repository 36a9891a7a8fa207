/** `/proc/PID/cmdline`: the arguments of a process, or the title it gave itself. man 5 proc_pid_cmdline. */
import { readSync } from "node:fs";
import { closeFile, openFile } from "../descriptors.ts";
import { isShortage } from "../errors.ts";
import type { Root } from "../root.ts";

/** Most bytes read of a title: a process can have megabytes of arguments, but the needed ones come first. */
export const TITLE_LIMIT_BYTES = 4096;

const NUL = 0;

/** One buffer for all titles: each is parsed before the next one is read. */
const buffer = Buffer.alloc(TITLE_LIMIT_BYTES);

/**
 * The arguments within the limit, in one read; undefined when the process is gone, a zombie, a kernel thread or hidden.
 *
 * @throws the system's error when it is short of a resource, such as descriptors: the process may exist
 */
export function readArguments(root: Root, pid: number): string[] | undefined {
  let fd: number;
  try {
    fd = openFile(root.proc(`${pid}/cmdline`));
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
  try {
    return parseArguments(buffer.subarray(0, readSync(fd, buffer, 0, TITLE_LIMIT_BYTES, 0)));
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  } finally {
    closeFile(fd);
  }
}

/**
 * Each argument ends with NUL. A title is one such string, padded with NULs to the size of the original arguments, so
 * trailing empty arguments look like padding and are removed.
 */
export function parseArguments(bytes: Uint8Array): string[] | undefined {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === NUL) end--;
  return end === 0
    ? undefined
    : Buffer.from(bytes.buffer, bytes.byteOffset, end).toString().split("\0");
}

/**
 * The host's name: what the kernel says (man 5 proc_sys_kernel), or, of a host that is mounted somewhere
 * and may run under another kernel's eyes, `/etc/hostname` (man 5 hostname).
 */
import { readProcFile } from "./proc/proc_file.ts";
import { isShortage } from "./errors.ts";
import { readRegular } from "./regular_file.ts";
import type { Root } from "./root.ts";

const KERNEL_NAME = "/proc/sys/kernel/hostname";
const NAME_FILE = "/etc/hostname";

/** A name has 64 bytes at most; the rest of the file would be comments. */
const LIMIT_BYTES = 64 * 1024;

/**
 * @returns undefined where it can't be read
 * @throws the system's error when it is short of something, descriptors say
 */
export function readHostName(root: Root): string | undefined {
  return isOwnHost(root) ? readKernelName(root) : readNameFile(root);
}

/**
 * All names that the host is known by: the kernel's and the file's differ after a change, and where DHCP gives one.
 *
 * @throws the system's error when it is short of something, descriptors say
 */
export function readHostNames(root: Root): string[] {
  const names = [isOwnHost(root) ? readKernelName(root) : undefined, readNameFile(root)];
  return [...new Set(names.filter((name) => name !== undefined))];
}

function isOwnHost(root: Root): boolean {
  return root.rootfs === "";
}

function readKernelName(root: Root): string | undefined {
  try {
    return firstName(readProcFile(root.path(KERNEL_NAME)));
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
}

function readNameFile(root: Root): string | undefined {
  try {
    return firstName(readRegular(root.path(NAME_FILE), LIMIT_BYTES).toString("utf8"));
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
}

function firstName(text: string): string | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.find((line) => line !== "" && !line.startsWith("#"));
}

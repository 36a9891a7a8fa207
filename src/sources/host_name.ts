/**
 * The host's name: from the kernel (man 5 proc_sys_kernel), or for a mounted root, which may belong to another host,
 * from `/etc/hostname` (man 5 hostname).
 */
import { readProcFile } from "./proc/proc_file.ts";
import { isShortage } from "./errors.ts";
import { readRegular } from "./regular_file.ts";
import type { Root } from "./root.ts";

const KERNEL_NAME = "/proc/sys/kernel/hostname";
const NAME_FILE = "/etc/hostname";

/** A name has at most 64 bytes; the rest of the file can only be comments. */
const LIMIT_BYTES = 64 * 1024;

/**
 * @returns the name; undefined when it can't be read
 * @throws the system's error when it is short of something, descriptors say
 */
export function readHostName(root: Root): string | undefined {
  return isOwnHost(root) ? readKernelName(root) : readNameFile(root);
}

/**
 * All names of the host: the kernel's and the file's differ after a change, or when DHCP sets one.
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

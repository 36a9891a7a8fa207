/** `/proc/sys/kernel/random/boot_id`: a random number that the kernel chooses at each boot. man 4 random. */
import { isShortage } from "../errors.ts";
import type { Root } from "../root.ts";
import { readProcFile } from "./proc_file.ts";

const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/**
 * The boot id in 32 hex digits, as in the journal; undefined when it can't be read.
 *
 * @throws the system's error when it is short of something, descriptors say
 */
export function readBootId(root: Root): string | undefined {
  try {
    return parseBootId(readProcFile(root.path(BOOT_ID)));
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
}

export function parseBootId(text: string): string | undefined {
  const id = text.trimEnd().replaceAll("-", "");
  return /^[0-9a-f]{32}$/.test(id) ? id : undefined;
}

/** `/proc/sys/kernel/random/boot_id`: a number that the kernel chooses anew at each boot. man 4 random. */
import { readProcFile } from "../descriptors.ts";
import type { Root } from "../root.ts";

/** 32 hex digits, as the journal writes them; undefined where it can't be read. */
export function readBootId(root: Root): string | undefined {
  try {
    return parseBootId(readProcFile(root.proc("sys/kernel/random/boot_id")));
  } catch {
    return undefined;
  }
}

export function parseBootId(text: string): string | undefined {
  const id = text.trimEnd().replaceAll("-", "");
  return /^[0-9a-f]{32}$/.test(id) ? id : undefined;
}

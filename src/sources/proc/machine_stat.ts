/** `/proc/stat`: facts of the whole machine. man 5 proc_stat. */
import { isShortage } from "../errors.ts";
import type { Root } from "../root.ts";
import { readProcFile } from "./proc_file.ts";

export const MACHINE_STAT = "/proc/stat";

export interface MachineStat {
  /** The boot time in seconds since the epoch; the kernel rounds it down to a whole second. */
  bootTimeSeconds: number;
  /** The number of online CPUs. */
  onlineCpus: number;
}

/** @throws the system's error when it can't be read, or an Error when it has no `btime` or `cpu` line */
export function readMachineStat(root: Root): MachineStat {
  const path = root.path(MACHINE_STAT);
  const stat = parseMachineStat(readProcFile(path));
  if (!stat) throw new Error(`${path} holds no btime and no cpu lines: is this a Linux /proc?`);
  return stat;
}

/**
 * The boot time in milliseconds since the epoch; 0 when unknown.
 *
 * @throws the system's error when it is short of a resource
 */
export function readBootTimeMs(root: Root): number {
  try {
    return readMachineStat(root).bootTimeSeconds * 1000;
  } catch (error) {
    if (isShortage(error)) throw error;
    return 0;
  }
}

export function parseMachineStat(text: string): MachineStat | undefined {
  const bootTime = /^btime (\d{1,15})$/m.exec(text)?.[1];
  const onlineCpus = text.match(/^cpu\d+ /gm)?.length;
  if (bootTime === undefined || onlineCpus === undefined) return undefined;
  return { bootTimeSeconds: Number(bootTime), onlineCpus };
}

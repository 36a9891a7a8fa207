/** `/proc/loadavg`: processes that ran or waited, on average. man 5 proc_loadavg. */
import type { Root } from "../root.ts";
import { readProcFile } from "./proc_file.ts";

export const LOADAVG = "/proc/loadavg";

/** Over the last 1, 5 and 15 minutes, as the kernel prints them; undefined where they can't be read. */
export function readLoadAverages(root: Root): string[] | undefined {
  try {
    return parseLoadAverages(readProcFile(root.path(LOADAVG)));
  } catch {
    return undefined;
  }
}

export function parseLoadAverages(text: string): string[] | undefined {
  return /^(\d+\.\d\d) (\d+\.\d\d) (\d+\.\d\d) /.exec(text)?.slice(1);
}

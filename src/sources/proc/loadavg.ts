/** `/proc/loadavg`: processes that ran or waited, on average. man 5 proc_loadavg. */
import type { Root } from "../root.ts";
import { readProcFile } from "./proc_file.ts";

/** Over the last 1, 5 and 15 minutes, as the kernel prints them; undefined where they can't be read. */
export function readLoadAverages(root: Root): string[] | undefined {
  try {
    return parseLoadAverages(readProcFile(root.proc("loadavg")));
  } catch {
    return undefined;
  }
}

export function parseLoadAverages(text: string): string[] | undefined {
  return /^(\d+\.\d\d) (\d+\.\d\d) (\d+\.\d\d) /.exec(text)?.slice(1);
}

import { readdirSync, readlinkSync } from "node:fs";

/**
 * The files in a folder that this process holds open, by /proc/self/fd (man 5 proc_pid_fd). Descriptors of
 * the runtime's own, which come and go, are not among them.
 */
export function openFilesIn(folder: string): string[] {
  return readdirSync("/proc/self/fd")
    .map(targetOf)
    .filter((path) => path.startsWith(`${folder}/`));
}

function targetOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ""; // The one that the folder was listed by.
  }
}

/**
 * `cpu.stat` of a control group: the CPU time of its processes and of all groups below it, including ended ones. It
 * exists without any controller. The kernel's Documentation/admin-guide/cgroup-v2.rst.
 */
import type { GroupFiles } from "./group_files.ts";

/**
 * CPU time in microseconds.
 *
 * @param isOften whether the last pass has also read it
 * @throws the system's error; ENOENT or ENODEV when the group is gone
 */
export function readUsageMicros(
  files: GroupFiles,
  path: string,
  isOften: boolean,
): number | undefined {
  return parseUsageMicros(isOften ? files.readAgain(path) : files.read(path));
}

export function parseUsageMicros(bytes: Buffer): number | undefined {
  const KEY = "usage_usec ";
  // It is the first line; a kernel might put another one before it.
  const text = bytes.toString("latin1", 0, 256);
  const at = text.startsWith(KEY) ? 0 : text.indexOf(`\n${KEY}`) + 1;
  if (at === 0 && !text.startsWith(KEY)) return undefined;
  const end = text.indexOf("\n", at);
  const digits = text.slice(at + KEY.length, end < 0 ? 0 : end);
  return /^\d{1,16}$/.test(digits) ? Number(digits) : undefined;
}

/**
 * `cgroup.procs` of a control group: the pids of the processes in it, one a line, without zombies. Reading that of a
 * threaded group fails with EOPNOTSUPP; its processes are listed in the group of its threaded domain. The kernel's
 * Documentation/admin-guide/cgroup-v2.rst.
 */
import type { GroupFiles } from "./group_files.ts";

/** @throws the system's error; ENOENT or ENODEV when the group is gone */
export function readProcs(files: GroupFiles, group: string): Int32Array {
  return parseProcs(files.read(`${group}/cgroup.procs`));
}

/** Parses the pids. A process outside of the reader's pid namespace is listed as 0, and left out. */
export function parseProcs(bytes: Buffer): Int32Array {
  const whole = bytes.lastIndexOf(0x0a); // A truncated line would be the pid of another process.
  if (whole < 0) return new Int32Array(0);
  // The constructor converts the strings natively.
  const lines: readonly unknown[] = bytes.toString("latin1", 0, whole).split("\n");
  const pids = new Int32Array(lines as readonly number[]);
  return pids.includes(0) ? pids.filter((pid) => pid > 0) : pids;
}

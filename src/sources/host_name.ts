/**
 * The host's name: what the kernel says (man 5 proc_sys_kernel), or, of a host that is mounted somewhere
 * and may run under another kernel's eyes, `/etc/hostname` (man 5 hostname).
 */
import { readFileSync } from "node:fs";
import type { Root } from "./root.ts";

/** @returns undefined where it can't be read */
export function readHostName(root: Root): string | undefined {
  const isOwnHost = root.rootfs === "";
  const path = isOwnHost ? root.proc("sys/kernel/hostname") : root.path("/etc/hostname");
  try {
    const lines = readFileSync(path, "utf8")
      .split("\n")
      .map((line) => line.trim());
    return lines.find((line) => line !== "" && !line.startsWith("#"));
  } catch {
    return undefined;
  }
}

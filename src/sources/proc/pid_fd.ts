/**
 * The sockets of another user's process. Both ways need privilege (man 5 proc_pid_fd, proc_pid_fdinfo):
 * `fd/N` is a link to `socket:[INODE]` (CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH), `fdinfo/N` has a line
 * `ino:` since Linux 5.14 (CAP_SYS_PTRACE alone).
 */
import { readlinkSync } from "node:fs";
import { listFolder } from "../descriptors.ts";
import { readProcFile } from "./proc_file.ts";
import { isShortage } from "../errors.ts";
import type { Root } from "../root.ts";
import { HIDEPID, type SourceInfo } from "../source.ts";

export const PROC_FD = {
  name: "proc_fd",
  paths: ["/proc/1/fd", "/proc/1/fdinfo"],
  isFolder: true,
  lost: "addresses of SSH sessions that neither logind nor utmp records",
  whenMissing: `no /proc is mounted there, or ${HIDEPID}`,
  whenForbidden: "give it CAP_SYS_PTRACE, which root may lack in a container",
  coveredBy: ["logind"],
} as const satisfies SourceInfo;

/**
 * The inodes of a process's open files; if only fdinfo can be read, of all kinds of files: an inode is a socket's when
 * it is in a socket table. Undefined when neither can be read.
 *
 * @throws the system's error when it is short of a resource, such as descriptors
 */
export function readOpenInodes(root: Root, pid: number): Set<number> | undefined {
  return readSocketInodes(root, pid) ?? inodesOf(root.proc(`${pid}/fdinfo`), fromInfo);
}

/** The inodes of a process's sockets; undefined when the links in `fd` can't be read. */
export function readSocketInodes(root: Root, pid: number): Set<number> | undefined {
  return inodesOf(root.proc(`${pid}/fd`), fromLink);
}

/**
 * Most descriptors checked, from the lowest number on: a server has its client before its user can open
 * anything through it, such as forwarded ports.
 */
const MAX_DESCRIPTORS = 512;

function inodesOf(
  folder: string,
  inodeOf: (path: string) => number | undefined,
): Set<number> | undefined {
  let names: string[];
  try {
    names = listFolder(folder);
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
  const inodes = new Set<number>();
  let readable = false;
  names.sort((a, b) => Number(a) - Number(b));
  for (const name of names.slice(0, MAX_DESCRIPTORS)) {
    try {
      const inode = inodeOf(`${folder}/${name}`);
      readable = true;
      if (inode !== undefined) inodes.add(inode);
    } catch (error) {
      if (isShortage(error)) throw error;
      // Closed meanwhile, or listed without the privilege to read it.
    }
  }
  return readable ? inodes : undefined;
}

function fromLink(path: string): number | undefined {
  const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1];
  return inode === undefined ? undefined : Number(inode);
}

function fromInfo(path: string): number | undefined {
  const inode = /^ino:\t(\d+)$/m.exec(readProcFile(path))?.[1];
  return inode === undefined ? undefined : Number(inode);
}

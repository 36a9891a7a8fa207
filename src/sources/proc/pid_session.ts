/**
 * The login that a process belongs to: by its control group (`/proc/PID/cgroup`, man 7 cgroups) and its audit session
 * (`/proc/PID/sessionid`, man 8 pam_loginuid).
 */
import { readSync } from "node:fs";
import { closeFile, openFile } from "../descriptors.ts";
import { isShortage } from "../errors.ts";
import type { Root } from "../root.ts";

/** An audit session that was never set. */
const UNSET = 0xffff_ffff;

/**
 * Most bytes read: users can nest groups without limit below their own one, but the login's scope comes first in the
 * path.
 */
const LIMIT_BYTES = 4096;

const buffer = Buffer.alloc(LIMIT_BYTES);

/** The first 4 KiB of the file, one line a hierarchy: `0::/user.slice/user-1000.slice/session-3.scope`. */
export function readCgroup(root: Root, pid: number): string | undefined {
  return readOrUndefined(root.proc(`${pid}/cgroup`));
}

const USER_MANAGER = /\/user@\d+\.service(?:\/|$)/;

/**
 * The id of the logind session, such as `c1`, whose scope contains a control group; undefined without one. On hybrid
 * hosts several lines have the scope; a container's paths have a prefix. Groups below a user's own manager are ignored,
 * since users choose their names.
 */
export function parseCgroupSession(text: string): string | undefined {
  let id: string | undefined;
  for (const line of text.split("\n")) {
    const [trusted] = line.split(USER_MANAGER, 1);
    for (const scope of trusted!.matchAll(/\/session-([^/]+)\.scope/g)) id = scope[1];
  }
  return id;
}

/** Whether a control group is below a user's own service manager. */
export function isBelowUserManager(cgroup: string): boolean {
  return cgroup.split("\n").some((line) => USER_MANAGER.test(line));
}

/** The audit session id of a process; undefined without auditing. */
export function readAuditSession(root: Root, pid: number): number | undefined {
  const text = readOrUndefined(root.proc(`${pid}/sessionid`));
  const value = text === undefined || text === "" ? UNSET : Number(text);
  return value === UNSET || !Number.isInteger(value) ? undefined : value;
}

/** The foreground process group of the controlling terminal (field tpgid of `/proc/PID/stat`). */
export function readForegroundGroup(root: Root, pid: number): number | undefined {
  const text = readOrUndefined(root.proc(`${pid}/stat`));
  return text === undefined ? undefined : parseForegroundGroup(text);
}

/** man 5 proc_pid_stat; the name may contain `)`, so fields are counted from the last one. */
export function parseForegroundGroup(text: string): number | undefined {
  const [, , , , , tpgid = ""] = text.slice(text.lastIndexOf(")") + 2).split(" ", 6);
  return /^\d{1,10}$/.test(tpgid) ? Number(tpgid) : undefined;
}

/** @throws the system's error when it is short of a resource, such as descriptors: the process may exist */
function readOrUndefined(path: string): string | undefined {
  let fd: number;
  try {
    fd = openFile(path);
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
  try {
    return buffer.toString("latin1", 0, readSync(fd, buffer, 0, LIMIT_BYTES, 0));
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  } finally {
    closeFile(fd);
  }
}

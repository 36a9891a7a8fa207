/**
 * What ties a process to a login: its control group (`/proc/PID/cgroup`, man 7 cgroups) and its audit
 * session (`/proc/PID/sessionid`, man 8 pam_loginuid).
 */
import { readFileSync } from "node:fs";
import type { Root } from "../root.ts";

/** An audit session that was never set. */
const UNSET = 0xffff_ffff;

/** The logind session whose scope the process is in, `c1` say, or undefined. */
export function readCgroupSession(root: Root, pid: number): string | undefined {
  const text = readOrUndefined(root.proc(`${pid}/cgroup`));
  return text === undefined ? undefined : parseCgroupSession(text);
}

/** On hybrid hosts several lines name the scope; a container's paths have a prefix. */
export function parseCgroupSession(text: string): string | undefined {
  const scopes = [...text.matchAll(/\/session-([^/\n]+)\.scope/g)];
  return scopes.at(-1)?.[1];
}

/** The kernel's number of the login that the process descends from; undefined without auditing. */
export function readAuditSession(root: Root, pid: number): number | undefined {
  const text = readOrUndefined(root.proc(`${pid}/sessionid`));
  const value = text === undefined || text === "" ? UNSET : Number(text);
  return value === UNSET || !Number.isInteger(value) ? undefined : value;
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}

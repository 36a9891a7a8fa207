/** What the exporter knows of an OS source beside its content: where it is, and what to do without it. */
import type { Root } from "./root.ts";

export interface SourceInfo {
  /** The value of the label `source`. */
  name: string;
  /** Where it may be, in the order in which it is looked for; below /proc where it begins so. */
  paths: readonly string[];
  /** What is read beside them; whether it is there tells nothing about the source. */
  parts?: Readonly<Record<string, string>>;
  /** Whether the paths are folders; files where it is not given. */
  isFolder?: true;
  /** A larger file is not read. Not given for what is read in pieces, and for /proc. */
  limitBytes?: number;
  /** Where opening one of the paths would not tell enough: gives what can be read, throws why nothing can. */
  probe?: (root: Root) => string;
  /** Reads it as a collection does, for the command doctor, where that tells more than the probe. */
  verify?: (root: Root) => unknown;
  /** What the exporter can't tell without it. */
  lost: string;
  /** Why it may be missing, and what to do where that is no good. */
  whenMissing: string;
  /** What gives the exporter the right to read it. */
  whenForbidden: string;
  /** What to do where something else is in its place. */
  whenBroken?: string;
  /** Sources one of which is as good: where it can be read, nothing is lost. */
  coveredBy?: readonly string[];
  /** Sources that took its place on other systems: where one is there, it is no fault that this one is not. */
  replacedBy?: readonly string[];
  /** Sources that are read where this one can't be, and tell less. */
  fallbacks?: readonly string[];
}

export const READABLE_BY_ALL = "it should be readable by all: chmod a+r";
export const NOT_MOUNTED =
  "it is not where the exporter looks: mount the host's / at --path.rootfs";
export const HIDEPID =
  "it is mounted with hidepid: add the exporter to the group of its gid= option, or give it CAP_SYS_PTRACE";
export const NAMESPACE =
  "run the exporter in the host's network namespace, with all of /proc (no ProcSubset=pid)";

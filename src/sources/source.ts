/** The description of an OS source: where it is, what is lost without it, and how to make it readable. */
import type { Root } from "./root.ts";

export interface SourceInfo {
  /** The value of the label `source`. */
  name: string;
  /** Where it may be, in order of search. A path that begins with /proc is below the root's procfs. */
  paths: readonly string[];
  /** Further paths that are read; the source is available with or without them. */
  parts?: Readonly<Record<string, string>>;
  /** Whether the paths are folders; files where it is not given. */
  isFolder?: true;
  /** A larger file is not read. Undefined for files read in pieces, and for /proc. */
  limitBytes?: number;
  /** Checks the source when opening a path is not enough: returns the readable path, or throws the reason. */
  probe?: (root: Root) => string;
  /** Reads it as a collection does, for the command doctor, when that shows more than the probe. */
  verify?: (root: Root) => unknown;
  /** What is missing in the metrics without it. */
  lost: string;
  /** Why it may be missing, and what to do about it. */
  whenMissing: string;
  /** How to give the exporter the permission to read it. */
  whenForbidden: string;
  /** What to do when the source is broken. */
  whenBroken?: string;
  /** Equivalent sources: when one of them can be read, nothing is lost. */
  coveredBy?: readonly string[];
  /** Successors on other systems: when one of them exists, it is no fault that this source is missing. */
  replacedBy?: readonly string[];
  /** Sources with less information that are read when this one can't be. */
  fallbacks?: readonly string[];
}

export const READABLE_BY_ALL = "it should be readable by all: chmod a+r";
export const NOT_MOUNTED =
  "it is not where the exporter looks: mount the host's / at --path.rootfs";
export const HIDEPID =
  "it is mounted with hidepid: add the exporter to the group of its gid= option, or give it CAP_SYS_PTRACE";
export const NAMESPACE =
  "run the exporter in the host's network namespace, with all of /proc (no ProcSubset=pid)";

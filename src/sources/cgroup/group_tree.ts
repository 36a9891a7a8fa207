/**
 * The control groups whose CPU time is compared between passes. The kernel adds a group's time to all groups above it,
 * so if a group's time has not changed, nothing below it has run.
 */
import { statSync, statfsSync } from "node:fs";
import { listEntries } from "../descriptors.ts";
import { codeOf, isGone } from "../errors.ts";
import { readUsageMicros } from "./cpu_stat.ts";
import { GroupFiles } from "./group_files.ts";
import { readProcs } from "./procs.ts";

/** Any user may create any number of groups below the one systemd gives them. */
export interface TreeLimits {
  children: number;
  groups: number;
  levels: number;
  /** A group with more children than this is not listed at all. */
  listed: number;
}

export const TREE_LIMITS: TreeLimits = { children: 64, groups: 4096, levels: 16, listed: 1024 };

/** Group ids with a meaning of their own: no group, and the root group. */
export const NO_GROUP = 0;
export const ROOT_GROUP = 1;

/** Most hosts have some 100 groups, of which those near the top are read in each pass. */
const MOST_KEPT = 128;

/** man 2 statfs: CGROUP2_SUPER_MAGIC. */
const CGROUP2_MAGIC = 0x63677270;

export interface Group {
  /** Never reused for another group. */
  readonly id: number;
  readonly path: string;
  /** The path of its `cpu.stat`, which most passes need. */
  readonly cpuStatPath: string;
  readonly level: number;
  /** Microseconds, read just before `members`. */
  usageMicros: number;
  /** The growth of `usageMicros` since the last pass. */
  grownMicros: number;
  /** The pids in `cgroup.procs`. */
  members: Int32Array;
  /** The number of direct children, and those of them that are followed. */
  childCount: number;
  children: Group[];
  /** `hidden` exists but can't be read; `gone` no longer exists. */
  condition: "open" | "hidden" | "gone";
  /** The last pass that read its CPU time. */
  readInPass: number;
}

/** A group's members in the last pass and in this one. */
export interface GroupChange {
  id: number;
  before: Int32Array;
  now: Int32Array;
}

export interface TreeReading {
  /** The groups in which something may have run, and those that are gone. */
  changes: GroupChange[];
  /** CPU time in microseconds used in each changed group itself (not below it) since the last pass, by id. */
  grownMicros: Map<number, number>;
  /** The pids in the root group. */
  root: Int32Array;
  /** True for the first reading, with nothing to compare with. */
  isFirst: boolean;
}

const NOBODY = new Int32Array(0);
/** A threaded group, or one below it, can't list its processes; a hidden group can't be read. */
const UNREADABLE = new Set(["EOPNOTSUPP", "ENOTSUP", "EACCES", "EPERM"]);

export class GroupTree {
  readonly files: GroupFiles;
  private readonly root: Group;
  private count = 0;
  private isFirst = true;
  private passes = 0;
  private lastId = ROOT_GROUP;
  private reading: TreeReading = emptyReading();

  constructor(
    path: string,
    private readonly limits: TreeLimits = TREE_LIMITS,
  ) {
    this.root = newGroup(ROOT_GROUP, path, 0);
    // In a copied tree an open file would remain readable after its group is gone.
    this.files = new GroupFiles(isCgroup2(path) ? MOST_KEPT : 0);
  }

  /** Closes all files; the tree is not read again. */
  end(): void {
    this.files.close();
  }

  /**
   * Walks the tree from the top down, entering only groups that have run.
   *
   * @throws the system's error when a file can't be read for another reason than that its group is gone or hidden
   */
  read(): TreeReading {
    this.passes++;
    this.files.beginPass();
    this.reading = emptyReading();
    this.reading.isFirst = this.isFirst;
    this.isFirst = false;
    this.reading.root = readProcs(this.files, this.root.path);
    this.visitChildren(this.root);
    this.files.shrink();
    return this.reading;
  }

  private visit(group: Group): void {
    const { id, members: before, usageMicros: usageBefore } = group;
    group.grownMicros = 0;
    if (group.condition !== "open") return;
    let now: Int32Array;
    try {
      // In this order, so that a process that runs after the first read is noticed in the next pass.
      const isOften = group.readInPass === this.passes - 1;
      group.readInPass = this.passes;
      const usageMicros = readUsageMicros(this.files, group.cpuStatPath, isOften);
      if (usageMicros === usageBefore) return;
      if (usageMicros === undefined) return this.close(group, "hidden");
      now = readProcs(this.files, group.path);
      group.usageMicros = usageMicros;
    } catch (error) {
      return this.close(group, conditionBy(error));
    }
    group.grownMicros = group.usageMicros - Math.max(0, usageBefore);
    group.members = now;
    this.reading.changes.push({ id, before, now });
    const below = this.visitChildren(group);
    this.reading.grownMicros.set(id, group.grownMicros - below);
  }

  /** @returns the growth of all direct children together, in microseconds */
  private visitChildren(group: Group): number {
    this.list(group);
    let grown = 0;
    for (const child of group.children) {
      this.visit(child);
      grown += child.grownMicros;
    }
    if (group.children.some(isGoneGroup)) {
      group.children = group.children.filter((child) => !isGoneGroup(child));
      group.childCount = -1; // As many may have been made as are gone.
    }
    return grown;
  }

  /** Lists the direct children of a group again when their number has changed. */
  private list(group: Group): void {
    if (group.level >= this.limits.levels) return;
    // A folder has a link for itself, one in its parent, and one for each folder in it.
    const childCount = (statSync(group.path, { throwIfNoEntry: false })?.nlink ?? 2) - 2;
    if (childCount === group.childCount) return;
    group.childCount = childCount;
    const names = childCount > 0 && childCount <= this.limits.listed ? foldersIn(group.path) : [];
    const listed = new Set(names.map((name) => `${group.path}/${name}`));
    for (const child of group.children) if (!listed.delete(child.path)) this.close(child, "gone");
    group.children = group.children.filter((child) => !isGoneGroup(child));
    for (const path of listed) {
      if (group.children.length >= this.limits.children || this.count >= this.limits.groups) return;
      this.count++;
      group.children.push(newGroup(++this.lastId, path, group.level + 1));
    }
  }

  /** Stops following a group and those below it; its members are read instead. */
  private close(group: Group, condition: "hidden" | "gone"): void {
    for (const child of group.children) this.close(child, "gone");
    if (condition === "gone" && group.condition !== "gone") this.count--;
    this.reading.changes.push({ id: group.id, before: group.members, now: NOBODY });
    Object.assign(group, { condition, children: [], members: NOBODY });
  }
}

function newGroup(id: number, path: string, level: number): Group {
  return {
    id,
    path,
    cpuStatPath: `${path}/cpu.stat`,
    level,
    usageMicros: -1,
    grownMicros: 0,
    members: NOBODY,
    childCount: 0,
    children: [],
    condition: "open",
    readInPass: 0,
  };
}

function isCgroup2(path: string): boolean {
  try {
    return statfsSync(path).type === CGROUP2_MAGIC;
  } catch {
    return false;
  }
}

function isGoneGroup({ condition }: Group): boolean {
  return condition === "gone";
}

/** @throws an error that says nothing about the group: out of descriptors, for example */
function conditionBy(error: unknown): "hidden" | "gone" {
  if (isGone(error) || codeOf(error) === "ENODEV") return "gone";
  if (UNREADABLE.has(codeOf(error) ?? "")) return "hidden";
  throw error;
}

function emptyReading(): TreeReading {
  return { changes: [], grownMicros: new Map(), root: NOBODY, isFirst: false };
}

function foldersIn(path: string): string[] {
  try {
    const entries = listEntries(path);
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    conditionBy(error);
    return [];
  }
}

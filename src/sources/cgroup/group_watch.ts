/** Decides whether a pass over `/proc` can skip processes whose control groups have not run, and which ones. */
import type { Root } from "../root.ts";
import { readStatus } from "../proc/pid_status.ts";
import { GroupTree, type TreeReading } from "./group_tree.ts";
import { findCgroup2 } from "./mount.ts";

export type ReadMode = "groups" | "every process";

/** When groups cost more than they save, they are tried again after a minute, then after twice as long each time. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 16 * 60_000;

/** This many passes in a row that cost more than they save end it. */
const WASTEFUL_PASSES = 2;

export class GroupWatch {
  private tree: GroupTree | undefined;
  private pausedUntilMs = -Infinity;
  private pauseMs = FIRST_PAUSE_MS;
  private wastefulPasses = 0;
  private reported = "";
  private nowMs = 0;

  constructor(
    private readonly root: Root,
    private readonly report: (mode: ReadMode, reason: string) => void,
  ) {}

  /**
   * What has changed in the groups since the last pass; undefined when every process has to be read.
   *
   * @throws the system's error when a file can't be read for a reason that may pass: then call `forget`
   */
  begin(nowMs: number): TreeReading | undefined {
    this.nowMs = nowMs;
    if (!this.tree && nowMs >= this.pausedUntilMs) this.tree = this.find();
    return this.tree?.read();
  }

  /** Decides whether a pass has paid: reading a group's file costs as much as reading a process. */
  end(processesRead: number, processes: number): void {
    if (!this.tree) return;
    const isWasteful = this.tree.files.count >= processes - processesRead;
    this.wastefulPasses = isWasteful ? this.wastefulPasses + 1 : 0;
    if (!isWasteful) this.pauseMs = FIRST_PAUSE_MS;
    // The first pass reads everything.
    if (this.wastefulPasses <= WASTEFUL_PASSES) return;
    this.pause("the files of the groups cost more than they save");
  }

  /** Starts over, as if no group had ever been read. */
  forget(): void {
    this.tree?.end();
    this.tree = undefined;
    this.wastefulPasses = 0;
  }

  private find(): GroupTree | undefined {
    const unusable = this.whyNot();
    const path = unusable === undefined ? findPath(this.root) : undefined;
    if (path === undefined) {
      this.pause(unusable ?? "no cgroup v2 hierarchy is mounted below the rootfs");
      return undefined;
    }
    this.say("groups", path);
    return new GroupTree(path);
  }

  /**
   * Why groups can't be used; undefined when they can. Pids in cgroup files are those of the reader's namespace, but
   * pids in `/proc` those of the namespace it was mounted for.
   */
  private whyNot(): string | undefined {
    const status = readStatus(this.root, "self");
    if (status === undefined) return "/proc does not show this process";
    if (status.pidNamespaces !== 1) return "/proc is that of another pid namespace";
    return undefined;
  }

  private pause(reason: string): void {
    this.forget();
    this.pausedUntilMs = this.nowMs + this.pauseMs;
    this.pauseMs = Math.min(LONGEST_PAUSE_MS, this.pauseMs * 2);
    this.say("every process", reason);
  }

  private say(mode: ReadMode, reason: string): void {
    if (this.reported === mode + reason) return;
    this.reported = mode + reason;
    this.report(mode, reason);
  }
}

function findPath(root: Root): string | undefined {
  try {
    return findCgroup2(root);
  } catch {
    return undefined;
  }
}

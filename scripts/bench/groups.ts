/** Control groups for the benchmark, and processes in them that run on a signal. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";

/** Where version 2 control groups are mounted; undefined without them, or without the privilege to create any. */
const TOP = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].find((path) =>
  existsSync(`${path}/cgroup.procs`),
);

export class Groups implements Disposable {
  private constructor(private readonly path: string) {}

  static make(name: string): Groups | undefined {
    if (TOP === undefined) return undefined;
    try {
      mkdirSync(`${TOP}/${name}-${process.pid}`);
      return new Groups(`${TOP}/${name}-${process.pid}`);
    } catch {
      return undefined;
    }
  }

  /** Creates a number of groups. @returns their paths */
  paths(groups: number): string[] {
    return Array.from({ length: groups }, (_, i) => this.nested(i, groups));
  }

  /** Empty groups, with one process in the last one. */
  fill(groups: number, pid: number): void {
    let path = this.path;
    for (let i = 0; i < groups; i++) path = this.nested(i, groups);
    writeFileSync(`${path}/cgroup.procs`, String(pid));
  }

  /** The path of a group, in folders of at most 60, so that the limits of children allow all of them. */
  private nested(index: number, groups: number): string {
    let path = this.path;
    for (let size = 1; size < groups; size *= 60) {
      path += `/g${index % 60}`;
      index = Math.floor(index / 60);
    }
    mkdirSync(path, { recursive: true });
    return path;
  }

  [Symbol.dispose](): void {
    writeFileSync(`${this.path}/cgroup.kill`, "1");
    // Killed processes may take a while to end.
    for (let tries = 0; tries < 20; tries++) {
      Bun.sleepSync(500);
      try {
        return removeTree(this.path);
      } catch {
        // The group still has a process.
      }
    }
    removeTree(this.path);
  }
}

function removeTree(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(`${path}/${entry.name}`);
  }
  rmdirSync(path);
}

/** Lets processes run for a moment. */
export async function wake(pids: readonly number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, "SIGUSR1");
  await Bun.sleep(20 + pids.length / 50);
}

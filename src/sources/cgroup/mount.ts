/**
 * Where the host's control groups of version 2 are mounted: at `/sys/fs/cgroup`, or at `unified` below it on a host
 * that uses both versions. Read from the mount table: man 5 proc_pid_mountinfo.
 */
import { readSync, statSync } from "node:fs";
import { closeFile, openFile } from "../descriptors.ts";
import { isUnavailable } from "../errors.ts";
import type { Root } from "../root.ts";

const MOUNTS = "/proc/self/mountinfo";
const PLACES = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

/** Most bytes read of a mount table: some 20,000 mounts. */
const LIMIT_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** Caches the answer of `findCgroup2` until something else is mounted there: a mount table can be long. */
export class Cgroup2Mount {
  private looks: string | undefined;
  private path: string | undefined;

  constructor(private readonly root: Root) {}

  /** @throws as `findCgroup2` */
  find(): string | undefined {
    const looks = PLACES.map((place) => {
      const stats = statSync(this.root.path(place), { throwIfNoEntry: false });
      return `${stats?.dev} ${stats?.ino}`;
    }).join();
    if (looks !== this.looks) {
      this.path = findCgroup2(this.root);
      this.looks = looks;
    }
    return this.path;
  }
}

/**
 * The folder of the root group, below the rootfs; undefined without such a mount or without a mount table.
 *
 * @throws the system's error when the mount table can't be read
 */
export function findCgroup2(root: Root): string | undefined {
  let text: string;
  try {
    text = readMountInfo(root);
  } catch (error) {
    if (isUnavailable(error)) return undefined;
    throw error;
  }
  const mounts = parseCgroup2Mounts(text);
  return PLACES.map((place) => root.path(place)).find((place) => mounts.has(place));
}

function readMountInfo(root: Root): string {
  const chunks: Buffer[] = [];
  const fd = openFile(root.path(MOUNTS));
  try {
    for (let length = 0; length < LIMIT_BYTES;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const bytes = readSync(fd, chunk, 0, CHUNK_BYTES, null);
      if (bytes === 0) break;
      chunks.push(chunk.subarray(0, bytes));
      length += bytes;
    }
  } finally {
    closeFile(fd);
  }
  return Buffer.concat(chunks).toString("latin1");
}

/** The mount points of version 2 hierarchies that no later mount covers. */
export function parseCgroup2Mounts(text: string): Set<string> {
  const found = new Set<string>();
  for (const line of text.split("\n")) {
    // `36 35 98:0 /ROOT /MOUNT/POINT rw,noatime master:1 - TYPE SOURCE OPTIONS`
    const [mount, filesystem] = line.split(" - ");
    const point = mount
      ?.split(" ")[4]
      ?.replace(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      );
    if (point === undefined || filesystem === undefined) continue;
    if (filesystem.startsWith("cgroup2 ")) found.add(point);
    else found.delete(point);
  }
  return found;
}

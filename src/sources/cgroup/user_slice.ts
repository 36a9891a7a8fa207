/**
 * `user.slice/user-UID.slice`: the control group in which systemd puts everything started from a user's logins, and the
 * user's manager. Readable by all. man 7 systemd.slice; the files are those of the kernel's
 * Documentation/admin-guide/cgroup-v2.rst.
 *
 * Each file is optional: it is missing where its controller is off, and the kernel may answer with an error.
 */
import { listFolder } from "../descriptors.ts";
import { codeOf, isGone } from "../errors.ts";
import { parseUsageMicros } from "./cpu_stat.ts";
import type { GroupFiles } from "./group_files.ts";
import type { Cgroup2Mount } from "./mount.ts";

export type Resource = "cpu" | "memory" | "io";
const RESOURCES: readonly Resource[] = ["cpu", "memory", "io"];

/** What a slice uses now and has used since its first login; undefined where unknown. */
export interface UserSlice {
  uid: number;
  cpuSeconds: number | undefined;
  memoryBytes: number | undefined;
  /** Undefined for no limit, too. */
  memoryLimitBytes: number | undefined;
  swapBytes: number | undefined;
  tasks: number | undefined;
  /** Undefined for no limit, too. */
  tasksLimit: number | undefined;
  oomKills: number | undefined;
  /** Over all devices, stacked ones included. */
  ioReadBytes: number | undefined;
  ioWrittenBytes: number | undefined;
  /** How long something in the slice waited for the resource. */
  pressureSeconds: ReadonlyMap<Resource, number>;
}

/** Errors of a controller that is off, a group that is removed, and a kernel without an answer. */
const NO_ANSWER = new Set(["ENODEV", "EOPNOTSUPP", "ENOTSUP"]);

/**
 * The present slices; undefined when no version 2 hierarchy is mounted.
 *
 * @throws the system's error when a file exists and can't be read
 */
export function readUserSlices(mount: Cgroup2Mount, files: GroupFiles): UserSlice[] | undefined {
  const top = mount.find();
  if (top === undefined) return undefined;
  const folder = `${top}/user.slice`;
  return uidsIn(folder).flatMap((uid) => {
    const slice = readUserSlice(files, `${folder}/user-${uid}.slice`, uid);
    return slice ? [slice] : [];
  });
}

function uidsIn(folder: string): number[] {
  const names = orNone(() => listFolder(folder)) ?? [];
  const uids = names.map((name) => /^user-(\d{1,10})\.slice$/.exec(name)?.[1]);
  return uids
    .filter((uid) => uid !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

function readUserSlice(files: GroupFiles, path: string, uid: number): UserSlice | undefined {
  const read = <T>(name: string, parse: (content: Buffer) => T): T | undefined =>
    orNone(() => parse(files.read(`${path}/${name}`)));
  const cpuMicros = read("cpu.stat", parseUsageMicros);
  // Every group has this file: without it the slice was removed after it was listed.
  if (cpuMicros === undefined) return undefined;
  const io = read("io.stat", parseIoStat);
  const pressureSeconds = new Map<Resource, number>();
  for (const resource of RESOURCES) {
    const micros = read(`${resource}.pressure`, parsePressureMicros);
    if (micros !== undefined) pressureSeconds.set(resource, micros / 1e6);
  }
  return {
    uid,
    cpuSeconds: cpuMicros / 1e6,
    memoryBytes: read("memory.current", parseNumber),
    memoryLimitBytes: read("memory.max", parseNumber),
    swapBytes: read("memory.swap.current", parseNumber),
    tasks: read("pids.current", parseNumber),
    tasksLimit: read("pids.max", parseNumber),
    oomKills: read("memory.events", parseOomKills),
    ioReadBytes: io?.readBytes,
    ioWrittenBytes: io?.writtenBytes,
    pressureSeconds,
  };
}

function orNone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isGone(error) || NO_ANSWER.has(codeOf(error) ?? "")) return undefined;
    throw error;
  }
}

/** One number on a line; undefined for `max`, which is no limit. */
export function parseNumber(content: Buffer): number | undefined {
  const text = content.toString("latin1").trimEnd();
  return /^\d{1,20}$/.test(text) ? Number(text) : undefined;
}

/** The line `oom_kill N` of `memory.events`: processes killed for memory. */
export function parseOomKills(content: Buffer): number | undefined {
  const count = /^oom_kill (\d{1,16})$/m.exec(content.toString("latin1"))?.[1];
  return count === undefined ? undefined : Number(count);
}

/** A line for each device; older kernels also print keys without a device, or a device without keys. */
export function parseIoStat(content: Buffer): { readBytes: number; writtenBytes: number } {
  const text = content.toString("latin1");
  return {
    readBytes: sumOf(text, /\brbytes=(\d{1,20})/g),
    writtenBytes: sumOf(text, /\bwbytes=(\d{1,20})/g),
  };
}

function sumOf(text: string, pattern: RegExp): number {
  return Array.from(text.matchAll(pattern), ([, digits]) => Number(digits)).reduce(
    (a, b) => a + b,
    0,
  );
}

/** The total of the line `some`, in microseconds (the kernel's Documentation/accounting/psi.rst). */
export function parsePressureMicros(content: Buffer): number | undefined {
  const total = /^some [^\n]*\btotal=(\d{1,16})$/m.exec(content.toString("latin1"))?.[1];
  return total === undefined ? undefined : Number(total);
}

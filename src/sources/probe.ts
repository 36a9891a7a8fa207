/** Looks which sources can be read here. */
import {
  closeSync,
  constants,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
  statSync,
} from "node:fs";
import { SOURCES, type SourceInfo } from "./catalogue.ts";
import type { Root } from "./root.ts";

export type SourceState =
  | { available: true; path: string }
  | { available: false; path: string; reason: "missing" | "forbidden" };

export interface ProbedSource {
  info: SourceInfo;
  state: SourceState;
  /** The source that is read in its place: where there is one, nothing is lost. */
  coveredBy: string | undefined;
}

/** The state of every source. */
export function probeSources(root: Root): ProbedSource[] {
  const probed = SOURCES.map((info: SourceInfo) => ({ info, state: probeSource(root, info) }));
  const readable = new Set(
    probed.filter(({ state }) => state.available).map(({ info }) => info.name),
  );
  return probed.map(({ info, state }) => {
    const isMissing = !state.available && state.reason === "missing";
    const others = [...(info.coveredBy ?? []), ...(isMissing ? (info.replacedBy ?? []) : [])];
    const covering = others.find((name) => readable.has(name));
    return { info, state, coveredBy: state.available ? undefined : covering };
  });
}

/** Why a source that can't be read can't, and what to do about it. */
export function remedyOf(info: SourceInfo, reason: "missing" | "forbidden"): string {
  return reason === "missing" ? info.whenMissing : info.whenForbidden;
}

/** The place of one of a source's paths below a root. */
export function sourcePath(root: Root, path: string): string {
  return path.startsWith("/proc/") ? root.proc(path.slice("/proc/".length)) : root.path(path);
}

/**
 * Looks whether a source can be read, by opening it; the first of its paths that can be wins. Where it
 * is missing, the state names all places where it was looked for.
 */
export function probeSource(root: Root, { paths, probe }: SourceInfo): SourceState {
  const places = paths.map((path) => sourcePath(root, path));
  if (probe) return stateOf(places.join(", "), () => probe(root));
  let forbidden: SourceState | undefined;
  for (const place of places) {
    const state = stateOf(place, () => tryToRead(place));
    if (state.available) return state;
    if (state.reason === "forbidden") forbidden = state;
  }
  return forbidden ?? { available: false, path: places.join(", "), reason: "missing" };
}

/** @param read gives the path that it could read */
function stateOf(path: string, read: () => string): SourceState {
  try {
    return { available: true, path: read() };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const isForbidden = code !== undefined && !/^(ENOENT|ENOTDIR|ESRCH)$/.test(code);
    return { available: false, path, reason: isForbidden ? "forbidden" : "missing" };
  }
}

function tryToRead(path: string): string {
  if (statSync(path).isDirectory()) followOneOf(path, readdirSync(path));
  else open(path);
  return path;
}

/** Some files of /proc can be opened by everybody, and read by few. */
function open(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    readSync(fd, Buffer.alloc(1), 0, 1, 0);
  } finally {
    closeSync(fd);
  }
}

/** The names of another process's files can be listed with less privilege than followed. */
function followOneOf(folder: string, names: string[]): void {
  const first = names[0];
  if (first === undefined) return;
  if (folder.endsWith("/fd")) readlinkSync(`${folder}/${first}`);
  if (folder.endsWith("/fdinfo")) open(`${folder}/${first}`);
}

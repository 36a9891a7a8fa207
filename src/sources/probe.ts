/** Checks which sources can be read. */
import { readSync, readlinkSync } from "node:fs";
import { listFolder } from "./descriptors.ts";
import { SOURCES } from "./catalogue.ts";
import { type Fault, explain, faultOf, isShortage } from "./errors.ts";
import { checkFolder, withRegular } from "./regular_file.ts";
import type { Root } from "./root.ts";
import type { SourceInfo } from "./source.ts";

export type SourceState = { available: true; path: string } | UnavailableState;

export interface UnavailableState {
  available: false;
  /** The path of the source; all its paths when none exists. */
  path: string;
  reason: Fault;
  /** The fault of a broken source: `is a FIFO, want a regular file`. */
  detail?: string;
  /** The source is fine, but the system fails to read it: then no other source is read instead. */
  isShortage?: true;
}

export interface ProbedSource {
  info: SourceInfo;
  state: SourceState;
  /** The source that is read instead without any loss. */
  coveredBy: string | undefined;
  /** The source that is read instead and has less information. */
  fallback: string | undefined;
}

/**
 * The state of every source.
 *
 * @param faults by name, why the last attempt to read a source failed: some faults show only in the content
 */
export function probeSources(
  root: Root,
  faults: ReadonlyMap<string, unknown> = new Map(),
): ProbedSource[] {
  return joinStates(
    SOURCES.map((info) => ({ info, state: probeSource(root, info) })),
    faults,
  );
}

/**
 * Adds to the states of all sources the errors of reading them, and which sources replace others.
 *
 * @param faults by name, why the last attempt to read a source failed
 */
export function joinStates(
  states: readonly { info: SourceInfo; state: SourceState }[],
  faults: ReadonlyMap<string, unknown>,
): ProbedSource[] {
  const probed = states.map(({ info, state }) => {
    const fault = faults.get(info.name);
    if (!state.available || fault === undefined) return { info, state };
    return { info, state: stateAfter(fault, state.path) };
  });
  const readable = new Set(
    probed.filter(({ state }) => state.available).map(({ info }) => info.name),
  );
  const firstReadable = (names: readonly string[] = []) => names.find((name) => readable.has(name));
  return probed.map(({ info, state }) => {
    if (state.available) return { info, state, coveredBy: undefined, fallback: undefined };
    const replacements = state.reason === "missing" ? info.replacedBy : [];
    const coveredBy = firstReadable(info.coveredBy) ?? firstReadable(replacements);
    const fallback = state.isShortage ? undefined : firstReadable(info.fallbacks);
    return { info, state, coveredBy, fallback };
  });
}

/** Why a source can't be read, and what to do about it. */
export function remedyOf(info: SourceInfo, state: UnavailableState): string {
  const { reason } = state;
  if (state.isShortage)
    return "the system fails to read it: check dmesg(1) and the service's limits";
  if (reason === "missing") return info.whenMissing;
  if (reason === "forbidden") return info.whenForbidden;
  return info.whenBroken ?? "another kind of file is in its place: inspect it with ls -lL";
}

/**
 * Checks whether a source can be read by opening it; the first readable path wins. Without one, the state has the fault
 * of the first path that exists, or names all paths.
 */
export function probeSource(root: Root, info: SourceInfo): SourceState {
  const places = info.paths.map((path) => root.path(path));
  const { probe } = info;
  if (probe) return stateOf(places.join(", "), () => probe(root));
  let fault: UnavailableState | undefined;
  for (const place of places) {
    const state = stateOf(place, () => tryToRead(place, info));
    if (state.available) return state;
    if (state.reason !== "missing") fault ??= state;
  }
  return fault ?? { available: false, path: places.join(", "), reason: "missing" };
}

/** @param read returns the path that could be read */
function stateOf(path: string, read: () => string): SourceState {
  try {
    return { available: true, path: read() };
  } catch (error) {
    return stateAfter(error, path);
  }
}

function stateAfter(error: unknown, path: string): UnavailableState {
  const reason = faultOf(error);
  if (reason !== "broken") return { available: false, path, reason };
  const state = { available: false, path, reason, detail: explain(error) } as const;
  return isShortage(error) ? { ...state, isShortage: true } : state;
}

function tryToRead(path: string, { isFolder, limitBytes = Infinity }: SourceInfo): string {
  if (isFolder) {
    checkFolder(path);
    followOneOf(path, listFolder(path));
  } else readFirstByte(path, limitBytes);
  return path;
}

/** Some files of /proc can be opened by all, but read only with privilege. */
function readFirstByte(path: string, limitBytes: number): void {
  withRegular(path, limitBytes, (fd) => readSync(fd, Buffer.alloc(1), 0, 1, 0));
}

/** Listing the names of another process's files needs less privilege than following them. */
function followOneOf(folder: string, names: string[]): void {
  const first = names[0];
  if (first === undefined) return;
  if (folder.endsWith("/fd")) readlinkSync(`${folder}/${first}`);
  if (folder.endsWith("/fdinfo")) readFirstByte(`${folder}/${first}`, Infinity);
}

/** Keeps the state of each source between collections. */
import { statSync } from "node:fs";
import { SOURCES } from "./catalogue.ts";
import { codeOf } from "./errors.ts";
import { type ProbedSource, type SourceState, joinStates, probeSource } from "./probe.ts";
import type { Root } from "./root.ts";
import type { SourceInfo } from "./source.ts";

/** Each source is opened again after this time, since stat(2) does not show all changes. */
const LONGEST_USE_MS = 60_000;

interface Known {
  readonly looks: string;
  readonly atMs: number;
  readonly state: SourceState;
}

/** Opens a source only when stat(2) of its paths has changed, and once a minute. */
export class SourceStates {
  private readonly known = new Map<string, Known>();

  /** @param monotonicMs a clock in milliseconds that never jumps */
  constructor(
    private readonly root: Root,
    private readonly monotonicMs: () => number,
    private readonly sources: readonly SourceInfo[] = SOURCES,
  ) {}

  /**
   * The state of every source now.
   *
   * @param faults by name, why the last attempt to read a source failed
   */
  probe(faults: ReadonlyMap<string, unknown>): ProbedSource[] {
    return joinStates(
      this.sources.map((info) => ({ info, state: this.stateOf(info) })),
      faults,
    );
  }

  private stateOf(info: SourceInfo): SourceState {
    const nowMs = this.monotonicMs();
    const looks = info.paths.map((path) => looksOf(this.root, path)).join();
    const known = this.known.get(info.name);
    if (known?.looks === looks && nowMs - known.atMs < LONGEST_USE_MS) return known.state;
    const state = probeSource(this.root, info);
    // A broken source may have failed for a moment only: out of descriptors, for example.
    if (state.available || state.reason !== "broken")
      this.known.set(info.name, { looks, atMs: nowMs, state });
    else this.known.delete(info.name);
    return state;
  }
}

/** The result of stat(2) for a path, as one text; without times for /proc, where they mean nothing. */
function looksOf(root: Root, path: string): string {
  try {
    const stats = statSync(root.path(path), { throwIfNoEntry: false });
    if (!stats) return "missing";
    const { dev, ino, mode, uid, gid } = stats;
    const times = path.startsWith("/proc/") ? "" : `${stats.ctimeMs} ${stats.size}`;
    return `${dev} ${ino} ${mode} ${uid} ${gid} ${times}`;
  } catch (error) {
    return codeOf(error) ?? "unknown";
  }
}

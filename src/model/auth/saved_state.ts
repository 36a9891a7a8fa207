/**
 * The content of the state file. Version 1.0.0 reads and writes the same file: it knows a single log, so the others are
 * in a field of their own, and it ignores fields that it does not know.
 */
import type { StateFile } from "../../sources/state_file.ts";
import type { HostFacts } from "./host_facts.ts";
import { type CountedLog, type Resumption, resumeLog } from "./counted_log.ts";
import { JOURNAL, sourceOf } from "./log_choice.ts";
import { AUTH_LOG_PATHS } from "../../sources/logs/text/auth_log_paths.ts";
import { Precedence } from "./precedence.ts";
import {
  NewerStateError,
  savedCount,
  savedList,
  savedRecord,
  savedText,
  SavedStateError,
} from "../../sources/saved_value.ts";
import { Tally } from "./tally.ts";

/** A file of a later version than this is set aside. */
const VERSION = 1;

export interface SavedState {
  tally: Tally;
  precedence: Precedence;
  lostBytes: number;
  /** By the name of the log. */
  logs: Map<string, Resumption>;
}

/** The content of the state file; undefined while there is nothing to save. */
export function stateOf(
  logs: ReadonlyMap<string, CountedLog>,
  tally: Tally,
  precedence: Precedence,
  lostBytes: number,
): unknown {
  const saved = Array.from(logs, ([name, log]) => ({ name, ...log.toJSON() }));
  const [first, ...others] = saved.filter((log) => "position" in log);
  if (first === undefined) return undefined;
  const { name, ...log } = first;
  return {
    log: sourceOf(name),
    name,
    watch: { version: VERSION, ...log, tally },
    others,
    precedence,
    lostBytes,
  };
}

/**
 * Loads the saved state; undefined when there is none. An unusable file is set aside and logged once.
 *
 * @param logNames the present logs, best first
 */
export function loadState(
  file: StateFile,
  nowMs: number,
  logNames: readonly string[],
  host?: HostFacts,
): SavedState | undefined {
  const value = file.load();
  if (value === undefined) return undefined;
  try {
    return readState(value, nowMs, logNames, host);
  } catch (error) {
    if (!(error instanceof SavedStateError)) throw error;
    file.setAside(error, error instanceof NewerStateError ? "newer" : "damaged");
    return undefined;
  }
}

/**
 * @param logNames the present logs, best first
 * @throws SavedStateError for a value that `stateOf` did not make
 */
export function readState(
  value: unknown,
  nowMs: number,
  logNames: readonly string[] = AUTH_LOG_PATHS,
  host?: HostFacts,
): SavedState {
  const saved = savedRecord(value, "state");
  const first = savedRecord(saved["watch"], "first log");
  const version = savedCount(first["version"], "version");
  if (version > VERSION) throw new NewerStateError(`version ${version}, want ${VERSION} at most`);
  const name = savedText(saved["name"] ?? nameOf(saved["log"], logNames), "log's name");
  const logs = new Map([[name, resumeLog(first, nowMs, host)]]);
  for (const other of savedList(saved["others"] ?? [], "other logs")) {
    const log = savedRecord(other, "other log");
    logs.set(savedText(log["name"], "other log's name"), resumeLog(log, nowMs, host));
  }
  return {
    tally: Tally.from(first["tally"]),
    precedence: Precedence.from(saved["precedence"] ?? []),
    lostBytes: savedCount(saved["lostBytes"] ?? 0, "lost bytes"),
    logs,
  };
}

/** Version 1.0.0 saved only the kind of log; of the text logs it read the first. */
function nameOf(kind: unknown, logs: readonly string[]): unknown {
  if (kind !== "auth_log") return kind;
  return logs.find((name) => name !== JOURNAL) ?? AUTH_LOG_PATHS[0];
}

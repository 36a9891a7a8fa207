import { isShortage, isUnavailable } from "../../sources/errors.ts";
import { LeftOverJournalError, UnfedJournalError } from "../../sources/logs/journal/header.ts";
import { probeJournal } from "../../sources/logs/journal/probe.ts";
import { AUTH_LOG_PATHS, findAuthLogs } from "../../sources/logs/text/auth_log_paths.ts";
import type { Root } from "../../sources/root.ts";

export const JOURNAL = "journal";

/** Values of the label `source`. */
export type LogSource = "journal" | "auth_log";

export interface LogChoice {
  /** `journal` or the paths of text logs, best first; none when the host has no log that may be read. */
  logs: readonly string[];
  /** What about the choice somebody should know. */
  notes: readonly string[];
}

/**
 * Which logs are read. In the journal nobody can write in sshd's name, so it comes first where it can
 * be read and is fed; a host can have both, with the same events in each.
 *
 * @throws the system's error when it is short of something; why there is a journal, but none that can be
 *   read, where there is no text log to read instead
 */
export function chooseLogs(root: Root, nowMs: number): LogChoice {
  let failure: unknown;
  try {
    probeJournal(root);
    return { logs: [JOURNAL], notes: [] };
  } catch (error) {
    if (isShortage(error)) throw error;
    failure = error;
  }
  const { paths, failures } = findAuthLogs(root, nowMs);
  const isBroken = !isUnavailable(failure);
  if (isBroken && paths.length === 0) throw failure;
  const notes: string[] = [];
  if (isBroken || failure instanceof LeftOverJournalError || failure instanceof UnfedJournalError) {
    const instead = paths.length === 0 ? "no auth log" : paths.join(", ");
    notes.push(`${(failure as Error).message}; read instead: ${instead}`);
  }
  for (const error of failures) if (!isUnavailable(error)) notes.push(error.message);
  return { logs: paths, notes };
}

export function sourceOf(log: string): LogSource {
  return log === JOURNAL ? "journal" : "auth_log";
}

/** The place of a text log in the order of precedence. */
export function rankOf(log: string): number {
  return AUTH_LOG_PATHS.findIndex((path) => path === log);
}

import { isShortage, isUnavailable } from "../../sources/errors.ts";
import { LeftOverJournalError, UnfedJournalError } from "../../sources/logs/journal/header.ts";
import { probeJournal } from "../../sources/logs/journal/probe.ts";
import { AUTH_LOG_PATHS, findAuthLogs } from "../../sources/logs/text/auth_log_paths.ts";
import type { Root } from "../../sources/root.ts";

export const JOURNAL = "journal";

/** Values of the label `source`. */
export type LogSource = "journal" | "auth_log";

export interface LogChoice {
  /** `journal` or the paths of text logs, best first; empty when the host has no readable log. */
  logs: readonly string[];
  /** Logs that exist but are not read: the reason, and what is read instead. */
  notes: readonly { err: string; read_instead: string }[];
}

/**
 * Chooses the logs to read. Nobody can forge sshd's entries in the journal, so it is preferred where it is readable and
 * in use; a host can have both, with the same events in each.
 *
 * @throws the system's error when it is short of a resource; the journal's error when it can't be read and there is no
 *    text log to read instead
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
  const notes: { err: string; read_instead: string }[] = [];
  const instead = paths.join(",") || "none";
  if (isBroken || failure instanceof LeftOverJournalError || failure instanceof UnfedJournalError) {
    notes.push({ err: (failure as Error).message, read_instead: instead });
  }
  for (const error of failures) {
    if (!isUnavailable(error)) notes.push({ err: error.message, read_instead: instead });
  }
  return { logs: paths, notes };
}

export function sourceOf(log: string): LogSource {
  return log === JOURNAL ? "journal" : "auth_log";
}

/** The place of a text log in the order of precedence. */
export function rankOf(log: string): number {
  return AUTH_LOG_PATHS.findIndex((path) => path === log);
}

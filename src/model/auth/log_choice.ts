import { isUnavailable } from "../../sources/errors.ts";
import {
  JournalFormatError,
  LeftOverJournalError,
  UnfedJournalError,
} from "../../sources/logs/journal/header.ts";
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
 * @throws why there is a log, but none that can be understood
 */
export function chooseLogs(root: Root, nowMs: number): LogChoice {
  const notes: string[] = [];
  let failure: unknown;
  try {
    probeJournal(root);
    return { logs: [JOURNAL], notes };
  } catch (error) {
    const isJournalOdd =
      error instanceof JournalFormatError ||
      error instanceof LeftOverJournalError ||
      error instanceof UnfedJournalError;
    if (isJournalOdd) {
      notes.push(`${error.message}; the auth log is read instead, where there is one`);
    }
    // A journal that can't be understood, of a later systemd say, leaves the auth log to try.
    if (error instanceof JournalFormatError) failure = error;
    else if (!isUnavailable(error)) throw error;
  }
  const { paths, failures } = findAuthLogs(root, nowMs);
  if (paths.length === 0 && failure !== undefined) throw failure;
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

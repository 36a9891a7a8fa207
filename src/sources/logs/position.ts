/** Where the reader of a log resumes after a restart, as stored in a state file. */
import { SavedStateError, savedRecord } from "../saved_value.ts";
import { type JournalPosition, readJournalPosition } from "./journal/position.ts";
import { type TextPosition, readTextPosition } from "./text/position.ts";

export type LogPosition = JournalPosition | TextPosition;

/** @throws SavedStateError for a value that no reader's `position()` made */
export function readPosition(value: unknown): LogPosition {
  const saved = savedRecord(value, "position");
  // Version 1.0.0 gave no kind to positions in the journal.
  const kind = saved["kind"] ?? "journal";
  if (kind === "journal") return readJournalPosition(saved);
  if (kind === "text") return readTextPosition(saved);
  throw new SavedStateError("invalid position's kind: want journal or text");
}

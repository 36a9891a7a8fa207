import { JournalReader } from "../../sources/logs/journal/reader.ts";
import type { LogReader } from "../../sources/logs/record.ts";
import { AuthLog } from "../../sources/logs/text/auth_log.ts";
import type { AuthLogsOptions } from "./auth_logs.ts";
import type { Resumption } from "./counted_log.ts";
import { JOURNAL } from "./log_choice.ts";

/**
 * Creates the reader of a log. A position saved by another kind of reader is ignored.
 *
 * @param name the log's name, as `chooseLogs` returns it
 * @param bootMs when the host booted, in milliseconds since the epoch
 */
export function openLog(
  name: string,
  { position, sinceMs }: Pick<Resumption, "position" | "sinceMs">,
  bootMs: number,
  { root, now, warn }: AuthLogsOptions,
): LogReader {
  if (name === JOURNAL) {
    const own = position?.kind === "journal" ? position : undefined;
    const report = (err: string) => warn("a part of the journal can't be read", { err });
    return new JournalReader(root, { position: own, sinceMs, bootMs, now, report });
  }
  const own = position?.kind === "text" ? position : undefined;
  return new AuthLog({ root, path: root.path(name), position: own, sinceMs, now });
}

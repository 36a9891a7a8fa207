/** Checks whether a journal can be read, without reading its entries. */
import { readBootTimeMs } from "../../proc/machine_stat.ts";
import type { Root } from "../../root.ts";
import { JournalFile } from "./file.ts";
import { JOURNAL_FOLDERS, JournalFolders } from "./folders.ts";
import { readDevLogOwner } from "../dev_log.ts";
import {
  JournalFormatError,
  type JournalHeader,
  LeftOverJournalError,
  UnfedJournalError,
} from "./header.ts";
import { Pages } from "./pages.ts";
import type { SourceInfo } from "../../source.ts";

const pages = new Pages();

/**
 * Checks the files to which journald writes sshd's messages.
 *
 * @returns the path of the file in use
 * @throws the errors of the reader: the system's error, BrokenSourceError, JournalFormatError, LeftOverJournalError; or
 *    UnfedJournalError
 */
export function probeJournal(root: Root): string {
  const paths = new JournalFolders(root, () => 0).list() ?? [];
  let inUse: string | undefined;
  for (const { path, namespace } of paths) {
    if (namespace !== "" || !path.endsWith("/system.journal")) continue;
    const { entryCount, tailRealtimeUs } = headerAt(path);
    if (entryCount === 0 || tailRealtimeUs >= readBootTimeMs(root) * 1000) inUse = path;
  }
  if (inUse === undefined) throw new LeftOverJournalError();
  if (readDevLogOwner(root) === "other") throw new UnfedJournalError();
  return inUse;
}

function headerAt(path: string): JournalHeader {
  try {
    const file = JournalFile.open(path, pages);
    file.close();
    return file.header;
  } catch (error) {
    if (!(error instanceof JournalFormatError)) throw error;
    throw new JournalFormatError(`${path}: ${error.message}`);
  }
}

export const JOURNAL = {
  name: "journal",
  paths: JOURNAL_FOLDERS,
  probe: probeJournal,
  lost: "failed logins, root logins and accepted logins that nobody can forge",
  whenMissing: "journald has written no file in a known format here since the boot",
  whenForbidden: "add the exporter to the group systemd-journal or adm",
  fallbacks: ["auth_log"],
} as const satisfies SourceInfo;

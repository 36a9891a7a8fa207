/** Whether there is a journal that can be read, without reading it. */
import { readFileSync } from "node:fs";
import { parseMachineStat } from "../proc_stat.ts";
import type { Root } from "../root.ts";
import { JournalFile } from "./file.ts";
import { JournalFolders } from "./folders.ts";
import { Pages } from "./pages.ts";
import { LeftOverJournalError } from "./reader.ts";

const pages = new Pages();

/**
 * Opens the files that journald writes sshd's messages to.
 *
 * @throws what the reader would: the system's error, JournalFormatError, LeftOverJournalError
 */
export function probeJournal(root: Root): void {
  const paths = new JournalFolders(root, () => 0).list() ?? [];
  const own = paths.filter((path) => path.namespace === "" && isWrittenTo(path.path));
  let isLeftOver = true;
  for (const { path } of own) {
    const file = JournalFile.open(path, pages);
    const { entryCount, tailRealtimeUs } = file.header;
    file.close();
    isLeftOver &&= entryCount > 0 && tailRealtimeUs < bootUs(root);
  }
  if (isLeftOver) throw new LeftOverJournalError();
}

function isWrittenTo(path: string): boolean {
  return path.endsWith("/system.journal");
}

/** 0 where it is not known: then nothing is left over. */
function bootUs(root: Root): number {
  try {
    const stat = parseMachineStat(readFileSync(root.proc("stat"), "utf8"));
    return (stat?.bootTimeSeconds ?? 0) * 1e6;
  } catch {
    return 0;
  }
}

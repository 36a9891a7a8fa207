/** Whether a process writes directly to the journal. man 5 systemd.exec, JOURNAL_STREAM. */
import { fstatSync } from "node:fs";

/**
 * @param stream the value of JOURNAL_STREAM: device and inode of the journal's socket. A child inherits it, but may
 *    have another standard error.
 * @param fd 2 for standard error
 */
export function isJournalStream(stream: string | undefined, fd: number): boolean {
  if (!stream) return false;
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

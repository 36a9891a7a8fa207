/**
 * `/var/log/lastlog`: the last login of each uid, a 292-byte record at offset uid × 292 (man 5 lastlog;
 * glibc's bits/utmp.h). The file is sparse: with a uid of two thousand million it claims to be 580 GB,
 * so only the records of known uids are read.
 */
import { closeSync, openSync, readSync } from "node:fs";
import type { Root } from "../root.ts";

const RECORD_BYTES = 292;

const record = Buffer.alloc(4);

/**
 * The last logins, in seconds since the epoch, of those of the uids that have one.
 *
 * @throws the system's error when the file can't be opened
 */
export function readLastlog(root: Root, uids: Iterable<number>): Map<number, number> {
  const logins = new Map<number, number>();
  const fd = openSync(root.path("/var/log/lastlog"), "r");
  try {
    for (const uid of uids) {
      const bytes = readSync(fd, record, 0, record.length, uid * RECORD_BYTES);
      const timeSeconds = bytes === record.length ? record.readUInt32LE(0) : 0;
      if (timeSeconds > 0) logins.set(uid, timeSeconds);
    }
  } finally {
    closeSync(fd);
  }
  return logins;
}

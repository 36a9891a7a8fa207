/**
 * Finds the text logs to which a syslog daemon writes the messages of sshd, login, su and sudo. Debian and Ubuntu with
 * rsyslog: /var/log/auth.log; Red Hat's family: /var/log/secure, and for some programs /var/log/messages; openSUSE and
 * Alpine: /var/log/messages.
 */
import { readSync, statSync } from "node:fs";
import { BrokenSourceError, isGone, isShortage } from "../../errors.ts";
import { UTC } from "../../posix_zone.ts";
import { withRegular } from "../../regular_file.ts";
import type { Root } from "../../root.ts";
import { AUTH_IDENTIFIERS } from "./auth_log.ts";
import { type LineReading, parseSyslogLine } from "./syslog_line.ts";
import type { SourceInfo } from "../../source.ts";

/** The paths of the logs, best first: when several logs have a message, the first one counts. */
export const AUTH_LOG_PATHS = [
  "/var/log/auth.log",
  "/var/log/secure",
  "/var/log/messages",
] as const;
export type AuthLogPath = (typeof AUTH_LOG_PATHS)[number];

/** Bytes of a log's end that are checked for a known format. */
const TAIL_BYTES = 16 * 1024;

/** rsyslog's limit: more bytes without a newline are no unfinished line. */
const LONGEST_LINE_BYTES = 8 * 1024;

/** A log that can't be followed is ignored when it was not written for this long. */
const LEFT_OVER_MS = 86_400_000;

/**
 * Finds the logs that can be followed: readable ones whose lines, if any, are in a syslog format. Which programs log to
 * which of them is known only from their lines. When the best log in use can't be followed, none is returned: its
 * messages would be missing without notice.
 *
 * @returns their paths on the host, best first; for the others the reasons
 * @throws the system's error when it is short of a resource
 */
export function findAuthLogs(
  root: Root,
  nowMs: number,
): { paths: AuthLogPath[]; failures: Error[] } {
  const paths: AuthLogPath[] = [];
  const failures: Error[] = [];
  for (const path of AUTH_LOG_PATHS) {
    try {
      checkLines(root.path(path), nowMs);
      paths.push(path);
    } catch (error) {
      if (isShortage(error)) throw error;
      if (isGone(error)) continue;
      failures.push(error as Error);
      const isOfUse = isRegularSince(root.path(path), nowMs - LEFT_OVER_MS);
      if (paths.length === 0 && isOfUse) break;
    }
  }
  return { paths, failures };
}

/**
 * Checks whether there is an auth log that can be followed.
 *
 * @returns the path of the best one
 * @throws the reason when there is none: the system's error, or BrokenSourceError
 */
export function probeAuthLog(root: Root, nowMs = Date.now()): string {
  const { paths, failures } = findAuthLogs(root, nowMs);
  if (paths[0] !== undefined) return root.path(paths[0]);
  if (failures[0] !== undefined) throw failures[0];
  const places = AUTH_LOG_PATHS.map((path) => root.path(path)).join(", ");
  throw Object.assign(new Error(`ENOENT: no such file, ${places}`), { code: "ENOENT" });
}

/** @throws the system's error, or BrokenSourceError when it has lines and none of the last ones is in a known format */
function checkLines(path: string, nowMs: number): void {
  withRegular(path, Number.POSITIVE_INFINITY, (fd, { size }) => {
    const tail = Buffer.allocUnsafe(Math.min(size, TAIL_BYTES));
    const length = readSync(fd, tail, 0, tail.length, size - tail.length);
    const lines = tail.toString("utf8", 0, length).split("\n");
    // The first line may be truncated, and the last one unfinished.
    const whole = lines.slice(size > TAIL_BYTES ? 1 : 0, -1).filter((line) => line.trim() !== "");
    // The time zone does not matter here.
    const reading: LineReading = { nowMs, zone: () => UTC, programs: AUTH_IDENTIFIERS };
    const isUnderstood = (line: string) => parseSyslogLine(line, reading) !== undefined;
    // rsyslog's ForwardFormats write no newlines.
    if (whole.length === 0 && length > LONGEST_LINE_BYTES) {
      throw new BrokenSourceError(path, "has lines without ends");
    }
    if (whole.length === 0 || whole.some(isUnderstood)) return;
    throw new BrokenSourceError(path, "none of its last lines is a syslog line");
  });
}

/** Whether a path leads to a regular file that was written since a time. */
function isRegularSince(path: string, sinceMs: number): boolean {
  try {
    const stats = statSync(path);
    return stats.isFile() && stats.mtimeMs >= sinceMs;
  } catch {
    return false;
  }
}

export const AUTH_LOG = {
  name: "auth_log",
  paths: AUTH_LOG_PATHS,
  probe: (root) => probeAuthLog(root),
  lost: "failed logins, root logins and accepted logins from syslog's files",
  whenMissing: "no syslog daemon writes one here",
  whenForbidden: "add the exporter to the group adm",
  coveredBy: ["journal"],
} as const satisfies SourceInfo;

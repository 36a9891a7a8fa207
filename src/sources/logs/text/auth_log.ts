/**
 * The text log to which a syslog daemon writes what sshd, login, su and sudo say. Debian and Ubuntu
 * with rsyslog: /var/log/auth.log; Red Hat's family: /var/log/secure; openSUSE and Alpine:
 * /var/log/messages. Any local user can have a line written there; the journal is better where it is.
 */
import { accessSync, constants, statSync } from "node:fs";
import { LogFollower } from "./follower.ts";
import type { LogPosition, LogReader, LogRecord } from "../record.ts";
import type { Root } from "../../root.ts";
import { parseLastMessageRepeated, parseSyslogLine } from "./syslog_line.ts";
import { syslogTimeMs } from "./syslog_time.ts";

/** The programs whose messages tell of logins, attempts at them, and changes of user. */
const AUTH_IDENTIFIERS: ReadonlySet<string> = new Set([
  "sshd",
  "sshd-session",
  "sshd-auth",
  "dropbear",
  "login",
  "su",
  "sudo",
  "sudo-rs",
]);

/**
 * The path of the host's auth log, in the root; undefined when it has none. A file that is there but
 * may not be read is it all the same: reading it tells why there are no numbers.
 */
export function findAuthLog(root: Root): string | undefined {
  for (const path of ["/var/log/auth.log", "/var/log/secure"]) {
    if (isFile(root.path(path))) return root.path(path);
  }
  // On most systems this file has nothing to do with logins, so it is no fault that it can't be read.
  const messages = root.path("/var/log/messages");
  return isFile(messages) && isReadable(messages) ? messages : undefined;
}

export interface AuthLogOptions {
  path: string;
  /** What `position()` gave before a restart. */
  position?: LogPosition | undefined;
  /** Where to begin without a position, in milliseconds since the epoch. */
  sinceMs: number;
  /** The time, in milliseconds since the epoch. */
  now: () => number;
}

export class AuthLog implements LogReader {
  private readonly follower: LogFollower;
  private readonly now: () => number;
  /** The line before, if it was a record: sysklogd's repeat counts refer to it. */
  private previous: LogRecord | undefined;

  constructor(options: AuthLogOptions) {
    this.now = options.now;
    const timeOf = (line: string) => syslogTimeMs(line, options.now());
    this.follower = new LogFollower({ ...options, timeOf });
  }

  /** @throws the system's error when the log is not there or can't be read; the next call goes on */
  async poll(take: (record: LogRecord) => void): Promise<void> {
    const nowMs = this.now();
    await this.follower.poll((line) => {
      let record = parseSyslogLine(line, nowMs, AUTH_IDENTIFIERS);
      if (record === undefined && this.previous !== undefined) record = this.repeat(line, nowMs);
      this.previous = record;
      if (record !== undefined) take(record);
    });
  }

  position(): LogPosition {
    return this.follower.position();
  }

  close(): void {
    this.follower.close();
  }

  private repeat(line: string, nowMs: number): LogRecord | undefined {
    const copies = parseLastMessageRepeated(line);
    const timeMs = copies === undefined ? undefined : syslogTimeMs(line, nowMs);
    return copies === undefined || timeMs === undefined
      ? undefined
      : { ...this.previous!, copies, timeMs };
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Follows the text log to which a syslog daemon writes the messages of sshd, login, su and sudo. Debian and Ubuntu with
 * rsyslog: /var/log/auth.log; Red Hat's family: /var/log/secure; openSUSE and Alpine: /var/log/messages. Any local user
 * can write lines to it through syslog, so the journal is preferred.
 */
import { readSync } from "node:fs";
import { readHostNames } from "../../host_name.ts";
import { HostZone } from "../../host_zone.ts";
import { type TimeZone } from "../../posix_zone.ts";
import { withRegular } from "../../regular_file.ts";
import type { Root } from "../../root.ts";
import type { LogReader, LogRecord } from "../record.ts";
import { LogFollower } from "./follower.ts";
import { LineHosts } from "./line_hosts.ts";
import type { TextPosition } from "./position.ts";
import {
  type LineReading,
  type OtherLine,
  parseSyslogLine,
  syslogHost,
  syslogTimeMs,
} from "./syslog_line.ts";

/** The programs whose messages report logins, login attempts and changes of user. */
export const AUTH_IDENTIFIERS: ReadonlySet<string> = new Set([
  "sshd",
  "sshd-session",
  "sshd-auth",
  "dropbear",
  "login",
  "su",
  "sudo",
  "sudo-rs",
]);
/** Bytes of a log's end searched for host names. */
const LOOK_AHEAD_BYTES = 64 * 1024;

export interface AuthLogOptions {
  /** The host whose time zone and name the lines have. */
  root: Root;
  path: string;
  /** The position saved before a restart. */
  position?: TextPosition | undefined;
  /** Where to begin without a position, in milliseconds since the epoch. */
  sinceMs: number;
  /** The time, in milliseconds since the epoch. */
  now: () => number;
}

/** The kinds of lines read so far, which help to choose between logs. */
export interface LineCounts {
  /** Lines of the wanted programs. */
  records: number;
  /** Lines of other programs, or of other hosts. */
  others: number;
  /** Lines of an unknown format. */
  unknown: number;
}

export class AuthLog implements LogReader {
  readonly lines: LineCounts = { records: 0, others: 0, unknown: 0 };
  private readonly follower: LogFollower;
  private readonly reading: LineReading;
  private readonly hostZone: HostZone;
  private readonly hosts: LineHosts;
  /** Looked up once for each poll, by the first line that needs it. */
  private zone: TimeZone | undefined;
  private lookedAhead = false;
  private readNames = true;
  /** The last line, if it was a record: repeat counts refer to it. */
  private previous: LogRecord | undefined;

  constructor(private readonly options: AuthLogOptions) {
    this.hostZone = new HostZone(options.root);
    // Here it may throw when no descriptor is free; in the middle of a line no error may be thrown.
    this.hostZone.get();
    this.hosts = new LineHosts(readHostNames(options.root));
    this.reading = {
      nowMs: options.now(),
      zone: () => (this.zone ??= this.hostZone.get()),
      programs: AUTH_IDENTIFIERS,
      isOwnHost: (host) => this.isOwnHost(host),
    };
    const timeOf = (line: string) => syslogTimeMs(line, this.reading);
    const tooLong = () => void this.lines.unknown++;
    this.follower = new LogFollower({ ...options, timeOf, tooLong });
    this.previous = options.position?.previous;
  }

  /** @throws the system's error when the log is missing or can't be read; the next call continues */
  poll(take: (record: LogRecord) => void, mayGoOn?: () => boolean): boolean {
    this.reading.nowMs = this.options.now();
    this.zone = undefined;
    this.lookedAhead = false;
    this.readNames = false;
    return this.follower.poll((line) => {
      const record = this.recordOf(parseSyslogLine(line, this.reading));
      this.previous = record;
      if (record !== undefined) take(record);
    }, mayGoOn);
  }

  get oldestUnreadMs(): number | undefined {
    return this.follower.oldestUnreadMs();
  }

  get lostBytes(): number {
    return this.follower.lostBytes;
  }

  position(): TextPosition {
    return { ...this.follower.position(), previous: this.previous };
  }

  close(): void {
    this.follower.close();
  }

  private recordOf(line: LogRecord | OtherLine | undefined): LogRecord | undefined {
    if (line === undefined) {
      this.lines.unknown++;
      return undefined;
    }
    if (!("kind" in line)) {
      this.lines.records++;
      return line;
    }
    this.lines.others++;
    const { previous } = this;
    if (line.repeats === undefined || previous === undefined) return undefined;
    const { copies, timeMs, identifier, start } = line.repeats;
    const isSame = identifier === "" || identifier === previous.identifier;
    if (!isSame || !previous.message.startsWith(start.trimStart())) return undefined;
    return { ...previous, copies, timeMs };
  }

  /**
   * Whether a line's host is this one. The host's names are read again at the first unknown name of each poll: it may
   * have been renamed.
   */
  private isOwnHost(host: string): boolean {
    const isOwn = () => this.hosts.isOwn(host, (see) => this.lookAhead(see));
    if (isOwn()) return true;
    if (this.readNames) return false;
    this.readNames = true;
    try {
      this.hosts.learn(readHostNames(this.options.root));
    } catch {
      return false; // No error may be thrown in the middle of a line; the next poll tries again.
    }
    return isOwn();
  }

  /** Searches the end of the log for host names, once for each poll. */
  private lookAhead(see: (host: string) => void): void {
    if (this.lookedAhead) return;
    this.lookedAhead = true;
    for (const line of this.readTail().split("\n")) {
      const host = syslogHost(line, this.reading);
      if (host !== undefined) see(host);
    }
  }

  private readTail(): string {
    const read = (fd: number, { size }: { size: number }) => {
      const buffer = Buffer.allocUnsafe(LOOK_AHEAD_BYTES);
      const from = Math.max(0, size - LOOK_AHEAD_BYTES);
      return buffer.toString("utf8", 0, readSync(fd, buffer, 0, LOOK_AHEAD_BYTES, from));
    };
    try {
      return withRegular(this.options.path, Infinity, read);
    } catch {
      return ""; // The log is just being rotated: the next poll searches again.
    }
  }
}

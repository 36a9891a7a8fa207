/**
 * Parses a line of a log file written by a syslog daemon, or of `journalctl`'s text output.
 *
 * rsyslog: the templates RSYSLOG_TraditionalFileFormat, FileFormat, SysklogdFileFormat, SyslogProtocol23Format and the
 * two ForwardFormats with newlines added (tools/rsyslogd.c); syslog-ng with every ts-format, with and without
 * `flags(syslog-protocol)`; sysklogd, inetutils and BusyBox (sysklogd/syslogd.c); journalctl -o short, short-precise,
 * short-iso, short-iso-precise, short-full, short-unix and with-unit. RFC 3164; RFC 5424 section 6.
 */
import { CUT_MARK, type LogRecord } from "../record.ts";
import { readStamp, type Stamp, type StampClock } from "./syslog_time.ts";

const FACILITY =
  "(?:kern|user|mail|daemon|auth|security|syslog|lpr|news|uucp|cron|authpriv|ftp|ntp|audit|console|local[0-7])";
const SEVERITY =
  "(?:emerg|panic|alert|crit|critical|err|error|warn|warning|notice|info|informational|debug)";
const FULL = `(?:${FACILITY}|\\d{1,2})[.|/](?:${SEVERITY}|none|\\d{1,2})`;
/** BusyBox writes `auth.info` between the host and the tag, others `<auth.info>` or the facility alone. */
const PRIORITY = new RegExp(
  `^(?:[<[(]?${FULL}[>\\])]?:?|[<[(](?:${FACILITY}|${SEVERITY})[>\\])]|${FACILITY}|${SEVERITY})$`,
);
/** Priorities that may also come before the host: a facility alone may be the host's name. */
const FULL_PRIORITY = /^[<[(]|[.|/]/;
/**
 * BusyBox reads 255 bytes of a message: `<PRI>` (up to 5), the sender's time stamp with a blank (16) and the rest,
 * which is the visible text. From this length on, the end may be missing.
 */
const BUSYBOX_BYTES = 255;
const BUSYBOX_REST = BUSYBOX_BYTES - 5 - 16;

/** rsyslog with `$RepeatedMsgReduction on`; the bracket is missing when the text was cut. */
const REPEATED = /^message repeated ([1-9]\d{0,5}) times: \[ (.*?)\]?$/s;
/** syslog-ng with `suppress()`: repeats the last line, given by the program's name and the start of the text. */
const SUPPRESSED =
  /^Last message '(.{0,20})' repeated ([1-9]\d{0,5}) times, suppressed by syslog-ng/s;
/** sysklogd, inetutils: repeats the last line, without a tag. */
const LAST_REPEATED = /^last message repeated ([1-9]\d{0,5}) times?$/;
const TAG = /^(.*)\[(\d{1,10})\]$/;
/** journalctl -o with-unit prints the unit instead of the program. */
const SSH_UNIT = /^sshd?(?:@.*)?\.service$/;
const PRI = /(?:<\d{1,3}>)?(?:1 )?/y;
/** RFC 5424 after the host: program, pid and message id, then structured data. */
const PROTOCOL_WORDS = /([^ ]{1,48}) ([^ ]{1,128}) ([^ ]{1,32}) (?=-(?: |$)|\[[^ \]="])/y;
const STRUCTURED = /-|(?:\[[^ \]="]{1,32}(?: [^ \]="]{1,32}="(?:[^"\\]|\\[^])*")*\])+/y;

/** The options for parsing a line. */
export interface LineReading extends StampClock {
  /** The programs whose records are wanted; undefined for all. */
  programs?: ReadonlySet<string> | undefined;
  /** Whether a host name in a line is this host's; undefined when every line is this host's. */
  isOwnHost?: ((host: string) => boolean) | undefined;
}

/** A valid line that is no record: of another program, of another host, or of the daemon itself. */
export interface OtherLine {
  kind: "other";
  /** The last line was logged this many times again. */
  repeats?: { copies: number; timeMs: number; identifier: string; start: string } | undefined;
}

/** The places of the parts of a line. */
interface Head {
  stamp: Stamp;
  /** Empty where the line has none. */
  host: string;
  identifier: string;
  pid: number | undefined;
  /** The index of the message, which may begin with blanks. */
  messageAt: number;
  /** The length of the sender's text for BusyBox; undefined when BusyBox did not write the line. */
  busyboxLength: number | undefined;
}

/** Parses one line, without its newline. Undefined when its format is unknown. */
export function parseSyslogLine(
  text: string,
  reading: LineReading,
): LogRecord | OtherLine | undefined {
  const line = trimEnd(text);
  const start = lineStart(line);
  const stamp = readStamp(line, start, reading);
  if (stamp === undefined) return undefined;
  const head = readHead(line, stamp);
  if (head === undefined) return parseRepeat(line, stamp, "");
  const { identifier } = head;
  // Most lines are of other programs, so the time stamp is parsed only when needed.
  if (reading.programs?.has(identifier) === false) return { kind: "other" };
  if (reading.isOwnHost !== undefined && !reading.isOwnHost(head.host)) return { kind: "other" };
  let message = line.slice(skipBlanks(line, head.messageAt));
  if (message.startsWith("Last message '")) {
    const repeat = parseRepeat(message, stamp, identifier);
    if (repeat !== undefined) return repeat;
  }
  const timeMs = stamp.timeMs();
  if (timeMs === undefined) return undefined;
  let copies = 1;
  if (message.startsWith("message repeated ")) {
    const repeated = REPEATED.exec(message);
    if (repeated !== null) {
      copies = Number(repeated[1]);
      message = repeated[2]!;
    }
  }
  const { busyboxLength = 0 } = head;
  if (busyboxLength >= BUSYBOX_REST && busyboxLength <= BUSYBOX_BYTES) message += CUT_MARK;
  return { timeMs, identifier, pid: head.pid, message, copies };
}

/** The time of a line in milliseconds since the epoch; undefined when it has none. */
export function syslogTimeMs(line: string, clock: StampClock): number | undefined {
  return readStamp(line, lineStart(line), clock)?.timeMs();
}

/** The host in a line; undefined for an unknown format, empty when the line has no host. */
export function syslogHost(text: string, clock: StampClock): string | undefined {
  const line = trimEnd(text);
  const stamp = readStamp(line, lineStart(line), clock);
  return stamp === undefined ? undefined : readHead(line, stamp)?.host;
}

/** Removes CRLF, and NUL bytes that some writers use as padding. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === 0 || text.charCodeAt(end - 1) === 0x0d)) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** The index of the time stamp: after `<86>`, `<86>1 `, and NUL bytes left by a crash. */
function lineStart(line: string): number {
  let at = 0;
  for (let code; (code = line.charCodeAt(at)) === 0 || code === 0x20 || code === 0xfeff;) at++;
  const code = line.charCodeAt(at);
  if (code !== 0x3c && code !== 0x31) return at;
  PRI.lastIndex = at;
  return PRI.test(line) ? PRI.lastIndex : at;
}

function readHead(line: string, stamp: Stamp): Head | undefined {
  let host: string | undefined;
  let priority: string | undefined;
  let at = skipBlanks(line, stamp.end);
  let behindHost = at;
  for (let words = 0; words < 4 && at < line.length; words++) {
    const end = wordEnd(line, at);
    const word = line.slice(at, end);
    const last = word.charCodeAt(word.length - 1);
    if (isPriority(word, last === 0x3a) && (host !== undefined || FULL_PRIORITY.test(word))) {
      priority = word;
    } else if ((last === 0x3a && word.length > 1) || (last === 0x5d && TAG.test(word))) {
      const busyboxLength = priority === undefined ? undefined : line.length - at;
      const tag = parseTag(last === 0x3a ? word.slice(0, -1) : word);
      if (tag.identifier === "") return undefined;
      return { stamp, host: host ?? "", ...tag, messageAt: end, busyboxLength };
    } else if (host === undefined || (PRIORITY.test(host) && priority === undefined)) {
      host = word;
      behindHost = skipBlanks(line, end);
    } else break;
    at = skipBlanks(line, end);
  }
  return host === undefined ? undefined : readProtocol(line, stamp, host, behindHost);
}

function isPriority(word: string, hasColon: boolean): boolean {
  // Nearly every word with a colon is a tag.
  if (hasColon && !word.includes(".") && !word.includes("|") && !word.includes("/")) return false;
  return PRIORITY_START.has(word.charCodeAt(0)) && PRIORITY.test(word);
}

/** The first characters that PRIORITY matches: digits, brackets, and lower-case letters of names. */
const PRIORITY_START: ReadonlySet<number> = new Set(
  Array.from("0123456789<[(kumdaslnucfpewi", (char) => char.charCodeAt(0)),
);

/** Reads RFC 5424's fields after the host. */
function readProtocol(line: string, stamp: Stamp, host: string, at: number): Head | undefined {
  PROTOCOL_WORDS.lastIndex = at;
  const words = PROTOCOL_WORDS.exec(line);
  if (words === null) return undefined;
  STRUCTURED.lastIndex = PROTOCOL_WORDS.lastIndex;
  if (!STRUCTURED.test(line)) return undefined;
  const [, identifier = "", pid = "-"] = words;
  // A UTF-8 text may begin with a byte order mark.
  const blanksEnd = skipBlanks(line, STRUCTURED.lastIndex);
  const messageAt = blanksEnd + (line.charCodeAt(blanksEnd) === 0xfeff ? 1 : 0);
  const number = /^\d{1,10}$/.test(pid) ? Number(pid) : undefined;
  return { stamp, host, identifier, pid: number, messageAt, busyboxLength: undefined };
}

function parseRepeat(text: string, stamp: Stamp, identifier: string): OtherLine | undefined {
  const isLine = identifier === "";
  const rest = isLine
    ? text.slice(skipBlanks(text, wordEnd(text, skipBlanks(text, stamp.end))))
    : text;
  const repeated = LAST_REPEATED.exec(rest) ?? LAST_REPEATED.exec(text.slice(stamp.end));
  const suppressed = isLine ? null : SUPPRESSED.exec(rest);
  const copies = Number(repeated?.[1] ?? suppressed?.[2] ?? 0);
  const timeMs = copies === 0 ? undefined : stamp.timeMs();
  if (timeMs === undefined) return undefined;
  return { kind: "other", repeats: { copies, timeMs, identifier, start: suppressed?.[1] ?? "" } };
}

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (line.charCodeAt(at) === 0x20) at++;
  return at;
}

function wordEnd(line: string, from: number): number {
  const blank = line.indexOf(" ", from);
  return blank < 0 ? line.length : blank;
}

/** `IDENT[PID]` or `IDENT`; gdm's workers write `gdm-password]` and `gdm-password][PID]`. */
function parseTag(tag: string): { identifier: string; pid: number | undefined } {
  const bracket = tag.endsWith("]") ? tag.lastIndexOf("[") : -1;
  const digits = bracket < 0 ? "" : tag.slice(bracket + 1, -1);
  const hasPid = /^\d{1,10}$/.test(digits);
  const name = hasPid ? tag.slice(0, bracket) : tag;
  const stray = name.endsWith("]") && !name.includes("[");
  return {
    identifier:
      name.endsWith(".service") && SSH_UNIT.test(name) ? "sshd" : stray ? name.slice(0, -1) : name,
    pid: hasPid ? Number(digits) : undefined,
  };
}

/**
 * One line of a log file that a syslog daemon writes: rsyslog's two formats, syslog-ng's and
 * sysklogd's (which are the older of the two), and BusyBox's. RFC 3164, RFC 5424 section 6.2.3;
 * rsyslog's template reference; busybox sysklogd/syslogd.c.
 */
import { CUT_MARK, type LogRecord } from "../record.ts";
import { syslogTimeMs } from "./syslog_time.ts";

/** BusyBox writes `auth.info` between the host and the tag. */
const BUSYBOX_PRIORITY =
  /^(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local[0-7]|\d+)\.(?:emerg|alert|crit|err|warn|notice|info|debug|\d+)$/;
/**
 * BusyBox reads 255 bytes of a message: `<PRI>` (up to 5), the sender's stamp with a blank (16) and
 * the rest, which is what we see. From this length on, the end may be missing.
 */
const BUSYBOX_REST = 255 - 5 - 16;

/** rsyslog with `$RepeatedMsgReduction on`; the bracket is missing when the text was cut. */
const REPEATED = /^message repeated ([1-9]\d{0,5}) times: \[ (.*?)\]?$/s;
const TAG = /^(.*)\[(\d{1,10})\]$/;

/**
 * Parses one line, without its newline. Undefined when it is no syslog line, or when its program is
 * not one of `wanted`.
 *
 * @param nowMs the time of reading, from which a stamp without a year gets its year
 */
export function parseSyslogLine(
  text: string,
  nowMs: number,
  wanted?: ReadonlySet<string>,
): LogRecord | undefined {
  // A crash, or truncation under a writer that does not append, leaves NUL bytes before a line.
  const line = text.charCodeAt(0) === 0 ? text.replace(/^\0+/, "") : text;
  const tagAt = findTag(line);
  if (tagAt < 0) return undefined;
  const tagEnd = wordEnd(line, tagAt);
  const tag = parseTag(line.slice(tagAt, tagEnd - 1));
  // Most lines of a log are other programs'; the stamp is read only where it is needed.
  if (wanted !== undefined && !wanted.has(tag.identifier)) return undefined;
  const timeMs = syslogTimeMs(line, nowMs);
  if (timeMs === undefined) return undefined;
  let message = line.slice(tagEnd + 1);
  let copies = 1;
  if (message.startsWith("message repeated ")) {
    const repeated = REPEATED.exec(message);
    if (repeated !== null) {
      copies = Number(repeated[1]);
      message = repeated[2]!;
    }
  }
  if (line.length - tagAt >= BUSYBOX_REST && hasBusyboxPriority(line, tagAt)) message += CUT_MARK;
  return { timeMs, identifier: tag.identifier, pid: tag.pid, message, copies };
}

/**
 * sysklogd's `last message repeated N times`, which speaks of the line before it: N, or undefined for
 * any other line.
 */
export function parseLastMessageRepeated(line: string): number | undefined {
  const repeated = / last message repeated ([1-9]\d{0,5}) times?$/.exec(line);
  return repeated === null || findTag(line) >= 0 ? undefined : Number(repeated[1]);
}

/** The place of the tag: the first word behind the stamp that ends in a colon; -1 for no tag. */
function findTag(line: string): number {
  const first = line.charCodeAt(0);
  const stampEnd = line.indexOf(" ", first >= 0x30 && first <= 0x39 ? 0 : 15);
  if (stampEnd < 15) return -1;
  // Without a host when BusyBox runs with -S.
  let at = stampEnd + 1;
  for (let words = 0; words < 3 && at < line.length; words++) {
    const end = wordEnd(line, at);
    if (line.charCodeAt(end - 1) === 0x3a && end - at > 1) return at;
    if (words === 1 && !BUSYBOX_PRIORITY.test(line.slice(at, end))) return -1;
    at = end + 1;
  }
  return -1;
}

function hasBusyboxPriority(line: string, tagAt: number): boolean {
  const wordAt = line.lastIndexOf(" ", tagAt - 2) + 1;
  return BUSYBOX_PRIORITY.test(line.slice(wordAt, tagAt - 1));
}

function wordEnd(line: string, from: number): number {
  const blank = line.indexOf(" ", from);
  return blank < 0 ? line.length : blank;
}

/** `IDENT[PID]` or `IDENT`; gdm's workers write `gdm-password]` and `gdm-password][PID]`. */
function parseTag(tag: string): { identifier: string; pid: number | undefined } {
  const parts = tag.charCodeAt(tag.length - 1) === 0x5d ? TAG.exec(tag) : null;
  const name = parts === null ? tag : parts[1]!;
  const stray = name.endsWith("]") && !name.includes("[");
  return {
    identifier: stray ? name.slice(0, -1) : name,
    pid: parts === null ? undefined : Number(parts[2]),
  };
}

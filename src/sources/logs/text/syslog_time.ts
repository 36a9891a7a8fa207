/**
 * Parses the time stamp at the start of a log line:
 *
 * - `Nov  3 04:05:06`, RFC 3164, with a fraction, a weekday, a year or a zone around it (syslog-ng's ts-format,
 *   ctime(3), date(1));
 * - `2026-11-23T14:46:38.476257+00:00`, RFC 3339, and ISO 8601 with other forms of the zone, or none; `Mon 2026-11-23
 *   14:46:38 CET` of journalctl's short-full;
 * - seconds since the epoch, and `20261123144638` (rsyslog's date-unixtimestamp and date-mysql).
 */
import type { TimeZone } from "../../posix_zone.ts";

/** Supplies the parts missing in a time stamp. */
export interface StampClock {
  /** The present time in milliseconds since the epoch. */
  nowMs: number;
  /** The zone of the host that wrote it. */
  zone: () => TimeZone;
  /** A cache of the last minute, since lines come in bursts. */
  lastMinute?: { text: string; nowMs: number; timeMs: number };
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? ";
const YEAR = String.raw`(?:19|20|21)\d\d`;
const TIME = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?`;
/** A zone as a separate word; a host's name can look like an abbreviation. */
const ZONE = String.raw`(?<zone>[A-Z]{1,5}|[+-]\d\d(?::?\d\d)?)`;
const NAMED_MONTH = new RegExp(
  `(?<weekday>${WEEKDAY})?(?:(?<year>${YEAR}) )?(?<month>${MONTHS.join("|")}) {1,2}(?<day>\\d{1,2})` +
    `(?: (?<year2>${YEAR}),?)? ${TIME}(?: ${ZONE}(?=:? ))?(?: (?<year3>${YEAR})(?=:? ))?:? `,
  "y",
);
const ISO = new RegExp(
  `(?<weekday>${WEEKDAY})?(?<year>${YEAR})-(?<month>\\d\\d)-(?<day>\\d\\d)[Tt ]${TIME}` +
    String.raw`(?:(?<offset>[Zz]|[+-]\d\d(?::?\d\d)?)|(?: ${ZONE}(?=:? )))?:? `,
  "y",
);
const NUMBER = /(?:(\d{14})|(\d{9,11})(?:[.,](\d{1,9}))?) /y;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A 29 February may lie eight years back: 1900 and 2100 have none. */
const YEARS_BACK = 8;
/** Lines are written during the reading, and time stamps have whole seconds. */
const SLACK_MS = MINUTE_MS;

/** A time stamp found in a line. */
export interface Stamp {
  /** The index of the word after it. */
  end: number;
  /** Milliseconds since the epoch; undefined for an invalid day or an unknown zone. */
  timeMs: () => number | undefined;
}

/** Finds the time stamp that begins at an index; undefined when there is none. */
export function readStamp(line: string, from: number, clock: StampClock): Stamp | undefined {
  const end = shortStampEnd(line, from);
  if (end > 0) return { end, timeMs: () => shortStampMs(line, from, end, clock) };
  return readLongStamp(line, from, clock);
}

/** The time of a stamp of the two most common forms, computed once for each minute. */
function shortStampMs(
  line: string,
  from: number,
  end: number,
  clock: StampClock,
): number | undefined {
  const isNumber = line.charCodeAt(from) <= 0x39;
  const secondAt = from + (isNumber ? 17 : 13);
  let fractionEnd = secondAt + 2;
  if (isNumber && line.charCodeAt(fractionEnd) === 0x2e) {
    while (isDigit(line.charCodeAt(++fractionEnd)));
  }
  const second = Number(line.slice(secondAt, secondAt + 2));
  const digits = line.slice(secondAt + 3, fractionEnd);
  const restMs = second * 1000 + fractionMs(digits === "" ? undefined : digits);
  const text = line.slice(from, secondAt) + line.slice(fractionEnd, end);
  const { lastMinute, nowMs } = clock;
  if (lastMinute?.text === text && lastMinute.nowMs === nowMs && second <= 60) {
    return lastMinute.timeMs + restMs;
  }
  const timeMs = readLongStamp(line, from, clock)?.timeMs();
  if (timeMs !== undefined) clock.lastMinute = { text, nowMs, timeMs: timeMs - restMs };
  return timeMs;
}

/**
 * The end of a stamp of the two most common forms, recognized by a few characters, since the time of most lines is not
 * needed. 0 when a zone or a year may follow, or it is no such stamp.
 */
function shortStampEnd(line: string, from: number): number {
  let end = from + 15;
  const isNumber = line.charCodeAt(from) <= 0x39;
  if (isNumber) {
    if (line.charCodeAt(from + 10) !== 0x54 || line.charCodeAt(from + 16) !== 0x3a) return 0;
    end = line.indexOf(" ", from + 19);
  } else if (line.charCodeAt(from + 12) !== 0x3a || line.charCodeAt(from + 9) !== 0x3a) return 0;
  if (end < 0 || line.charCodeAt(end) !== 0x20) return 0;
  const next = line.charCodeAt(end + 1);
  return next >= 0x61 && next <= 0x7a ? end + 1 : 0;
}

function readLongStamp(line: string, from: number, clock: StampClock): Stamp | undefined {
  const forms = isDigit(line.charCodeAt(from)) ? [ISO, NUMBER, NAMED_MONTH] : [NAMED_MONTH, ISO];
  for (const form of forms) {
    form.lastIndex = from;
    const match = form.exec(line);
    if (match === null) continue;
    const end = from + match[0].length;
    if (form === NUMBER) return { end, timeMs: () => numberMs(match, clock) };
    const { zone, weekday } = match.groups!;
    const isHost = zone !== undefined && weekday === undefined && zoneMs(zone, clock) === undefined;
    if (!isHost) return { end, timeMs: () => calendarMs(match.groups!, clock) };
    // A word like an abbreviation that is not one of this host's zone is the host's name.
    const at = line.lastIndexOf(` ${zone}`, end - 1 - zone.length) + 1;
    return { end: at, timeMs: () => calendarMs({ ...match.groups!, zone: undefined }, clock) };
  }
  return undefined;
}

type Groups = { [name: string]: string | undefined };

function calendarMs(groups: Groups, clock: StampClock): number | undefined {
  const { month, offset, zone } = groups;
  const time = timeOfDayMs(groups);
  if (time === undefined) return undefined;
  const day = Number(groups["day"]);
  const year = groups["year"] ?? groups["year2"] ?? groups["year3"];
  const index = MONTHS.indexOf(month!);
  const monthIndex = index < 0 ? Number(month) - 1 : index;
  const offsetMs = zone === undefined ? offsetToMs(offset) : zoneMs(zone, clock);
  if (offsetMs === undefined && (zone ?? offset) !== undefined) return undefined;
  const toUtc = (localMs: number) =>
    offsetMs === undefined ? localToUtcMs(localMs, clock) : localMs - offsetMs;
  if (year !== undefined) {
    const midnight = midnightMs(Number(year), monthIndex, day);
    return midnight === undefined ? undefined : toUtc(midnight + time);
  }
  // The newest year with which the time is at most a day ahead: a line of December read in January is of last year.
  const latestMs = clock.nowMs + DAY_MS;
  const latestYear = new Date(latestMs + DAY_MS).getUTCFullYear();
  for (let each = latestYear; each >= latestYear - YEARS_BACK; each--) {
    const midnight = midnightMs(each, monthIndex, day);
    const timeMs = midnight === undefined ? undefined : toUtc(midnight + time);
    if (timeMs !== undefined && timeMs <= latestMs) return timeMs;
  }
  return undefined;
}

/** Midnight of a day, taken as UTC; undefined for a day that does not exist. */
function midnightMs(year: number, month: number, day: number): number | undefined {
  if (month < 0 || month > 11 || day < 1) return undefined;
  const midnight = Date.UTC(year, month, day);
  return new Date(midnight).getUTCMonth() === month ? midnight : undefined;
}

/** 60 is a leap second. */
function timeOfDayMs(groups: Groups): number | undefined {
  const [hour, minute] = [Number(groups["hour"]), Number(groups["minute"])];
  const second = Number(groups["second"]);
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  return ((hour * 60 + minute) * 60 + second) * 1000 + fractionMs(groups["fraction"]);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function fractionMs(digits: string | undefined): number {
  return digits === undefined ? 0 : Math.floor(Number(`0.${digits}`) * 1000);
}

function numberMs([, digits, seconds, fraction]: string[], clock: StampClock): number | undefined {
  if (seconds !== undefined) return Number(seconds) * 1000 + fractionMs(fraction);
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(
    digits!,
  )!;
  const midnight = midnightMs(Number(year), Number(month) - 1, Number(day));
  const time = timeOfDayMs({ hour, minute, second });
  if (midnight === undefined || time === undefined) return undefined;
  return localToUtcMs(midnight + time, clock);
}

/** `Z`, `+01:00`, `+0100` or `+01` in milliseconds ahead of UTC; undefined for other text. */
function offsetToMs(text: string | undefined): number | undefined {
  if (text === "Z" || text === "z") return 0;
  const offset = /^([+-])(\d\d):?(\d\d)?$/.exec(text ?? "");
  if (offset === null) return undefined;
  const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
  return (offset[1] === "-" ? -minutes : minutes) * MINUTE_MS;
}

/** A zone as a separate word, in milliseconds ahead of UTC. */
function zoneMs(text: string, clock: StampClock): number | undefined {
  if (text === "UTC" || text === "GMT") return 0;
  const seconds = clock.zone().offsetOf(text);
  return seconds === undefined ? offsetToMs(text) : seconds * 1000;
}

/**
 * Converts local time to UTC. In the hour that occurs twice at the end of summer time, the later one counts, unless it
 * is in the future.
 */
function localToUtcMs(localMs: number, clock: StampClock): number {
  const zone = clock.zone();
  const before = zone.offsetAt((localMs - DAY_MS) / 1000) * 1000;
  const after = zone.offsetAt((localMs + DAY_MS) / 1000) * 1000;
  if (before === after) return localMs - before;
  const isRight = (offsetMs: number) =>
    zone.offsetAt((localMs - offsetMs) / 1000) * 1000 === offsetMs;
  if (!isRight(after)) return localMs - before;
  const isToCome = localMs - after > clock.nowMs + SLACK_MS;
  return localMs - (isToCome && isRight(before) ? before : after);
}

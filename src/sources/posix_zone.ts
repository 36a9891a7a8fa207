/**
 * The rule of a time zone in POSIX's format of TZ, `CET-1CEST,M3.5.0,M10.5.0/3`: tzset(3), and RFC 8536 section 3.3.1
 * for hours beyond a day.
 */

/** A time zone: the offsets of its clocks. */
export interface TimeZone {
  /**
   * @param utcSeconds seconds since the epoch
   * @returns seconds that local clocks are ahead of UTC
   */
  offsetAt(utcSeconds: number): number;
  /**
   * The offset of an abbreviation such as `CEST` in this zone, in seconds ahead of UTC; undefined when the zone does
   * not use it.
   */
  offsetOf(abbreviation: string): number | undefined;
}

export const UTC: TimeZone = { offsetAt: () => 0, offsetOf: () => undefined };

const DAY_SECONDS = 86_400;

/** A yearly change of the clocks: a day and the seconds since its midnight. */
interface Change {
  /** `M`: month, week and weekday; `J`: day of the year without 29 February; ``: day of the year with it, from 0. */
  kind: "M" | "J" | "";
  numbers: number[];
  seconds: number;
}

const NAME = "(?:<([A-Za-z0-9+-]{1,16})>|([A-Za-z]{3,16}))";
const TIME = String.raw`([+-]?\d{1,3}(?::\d{2}){0,2})`;
const DATE = String.raw`(J?\d{1,3}|M\d{1,2}\.\d\.\d)(?:/${TIME})?`;
const RULE = new RegExp(`^${NAME}${TIME}(?:${NAME}${TIME}?(?:,${DATE},${DATE})?)?$`);

/** Undefined when the text is no valid rule. */
export function parsePosixZone(text: string): TimeZone | undefined {
  const rule = RULE.exec(text);
  if (rule === null) return undefined;
  // In POSIX's format positive offsets are west of Greenwich.
  const standard = 0 - secondsOf(rule[3]!);
  const names = new Map([[(rule[1] ?? rule[2])!, standard]]);
  const summerName = rule[4] ?? rule[5];
  const offsetOf = (abbreviation: string) => names.get(abbreviation);
  if (summerName === undefined) return { offsetAt: () => standard, offsetOf };
  const summer = rule[6] === undefined ? standard + 3600 : 0 - secondsOf(rule[6]);
  names.set(summerName, summer);
  // Without dates, the rule of the USA since 2007 applies.
  const start = parseChange(rule[7] ?? "M3.2.0", rule[8]);
  const end = parseChange(rule[9] ?? "M11.1.0", rule[10]);
  const offsetAt = (utcSeconds: number) => {
    const year = new Date((utcSeconds + standard) * 1000).getUTCFullYear();
    const startSeconds = changeSeconds(start, year) - standard;
    const endSeconds = changeSeconds(end, year) - summer;
    const isSummer =
      startSeconds < endSeconds
        ? utcSeconds >= startSeconds && utcSeconds < endSeconds
        : utcSeconds >= startSeconds || utcSeconds < endSeconds;
    return isSummer ? summer : standard;
  };
  return { offsetAt, offsetOf };
}

function parseChange(date: string, time: string | undefined): Change {
  const kind = date.startsWith("M") ? "M" : date.startsWith("J") ? "J" : "";
  const numbers = date.slice(kind.length).split(".").map(Number);
  return { kind, numbers, seconds: time === undefined ? 7200 : secondsOf(time) };
}

/** The time of a change in a year, in seconds since the epoch by the local clock. */
function changeSeconds({ kind, numbers, seconds }: Change, year: number): number {
  const [first = 0, week = 1, weekday = 0] = numbers;
  const newYear = Date.UTC(year, 0, 1) / 1000;
  if (kind === "") return newYear + first * DAY_SECONDS + seconds;
  if (kind === "J") {
    const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
    return newYear + (first - 1 + (isLeap && first > 59 ? 1 : 0)) * DAY_SECONDS + seconds;
  }
  const month = new Date(Date.UTC(year, first - 1, 1));
  const lastDay = new Date(Date.UTC(year, first, 0)).getUTCDate();
  let day = 1 + ((weekday - month.getUTCDay() + 7) % 7) + (week - 1) * 7;
  // Week 5 is the last one of the month.
  if (day > lastDay) day -= 7;
  return month.getTime() / 1000 + (day - 1) * DAY_SECONDS + seconds;
}

/** `-3`, `5:30` or `167:00:00` in seconds. */
function secondsOf(time: string): number {
  const [hours = "0", minutes = 0, seconds = 0] = time.split(":");
  const size = Math.abs(Number(hours)) * 3600 + Number(minutes) * 60 + Number(seconds);
  return hours.startsWith("-") ? -size : size;
}

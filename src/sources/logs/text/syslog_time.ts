/**
 * The time stamps that syslog daemons write at the start of a line: RFC 3164 (`Nov  3 04:05:06`, no
 * year and no zone) and RFC 3339 (`2026-11-23T14:46:38.476257+00:00`).
 */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const RFC3164 = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?:\.\d{1,9})? /;
const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d)) /;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A 29 February may lie eight years back: 1900 and 2100 have none. */
const YEARS_BACK = 8;

/**
 * When a line was written, in milliseconds since the epoch; undefined when it begins with no stamp.
 *
 * A stamp without a year gets the newest year that does not put it more than a day ahead of `nowMs`:
 * a line of December that is read in January is last year's. A stamp without a zone is taken in the
 * zone of this process.
 */
export function syslogTimeMs(line: string, nowMs: number): number | undefined {
  const first = line.charCodeAt(0);
  return first >= 0x30 && first <= 0x39 ? rfc3339Ms(line) : rfc3164Ms(line, nowMs);
}

function rfc3164Ms(line: string, nowMs: number): number | undefined {
  const stamp = RFC3164.exec(line);
  if (stamp === null) return undefined;
  const month = MONTHS.indexOf(stamp[1]!);
  const day = Number(stamp[2]);
  const [hour, minute, second] = [Number(stamp[3]), Number(stamp[4]), Number(stamp[5])];
  if (month < 0 || !isTimeOfDay(hour, minute, second)) return undefined;
  const latestMs = nowMs + DAY_MS;
  const latestYear = new Date(latestMs).getFullYear();
  for (let year = latestYear; year >= latestYear - YEARS_BACK; year--) {
    const date = new Date(year, month, day, hour, minute, second);
    const exists = date.getMonth() === month || (second === 60 && date.getDate() === 1);
    if (exists && date.getTime() <= latestMs) return day === 0 ? undefined : date.getTime();
  }
  return undefined;
}

function rfc3339Ms(line: string): number | undefined {
  const stamp = RFC3339.exec(line);
  if (stamp === null) return undefined;
  const [year, month, day] = [Number(stamp[1]), Number(stamp[2]), Number(stamp[3])];
  const [hour, minute, second] = [Number(stamp[4]), Number(stamp[5]), Number(stamp[6])];
  if (month < 1 || month > 12 || day < 1 || !isTimeOfDay(hour, minute, second)) return undefined;
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  const fractionMs = Math.floor(Number(`0.${stamp[7] ?? "0"}`) * 1000);
  const zoneMinutes = Number(stamp[9] ?? 0) * 60 + Number(stamp[10] ?? 0);
  const utcMs = Date.UTC(year, month - 1, day, hour, minute, second, fractionMs);
  return utcMs - (stamp[8] === "-" ? -zoneMinutes : zoneMinutes) * MINUTE_MS;
}

/** 60 is a leap second. */
function isTimeOfDay(hour: number, minute: number, second: number): boolean {
  return hour <= 23 && minute <= 59 && second <= 60;
}

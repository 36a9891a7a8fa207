/** Formats seconds, bytes and ratios for people. */

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
] as const;

/** The two largest units: `3 d 4 h`, `5 h 20 min`, `7 min`, `12 s`. */
export function formatDuration(seconds: number): string {
  return inUnits(seconds, 2);
}

/** The largest unit alone: `2 d`, `5 h`, `7 min`, `12 s`; `now` for a time in the future. */
export function formatAge(seconds: number): string {
  return seconds < 1 ? "now" : inUnits(seconds, 1);
}

function inUnits(seconds: number, count: number): string {
  let rest = Math.max(0, Math.floor(seconds));
  const values = UNITS.map(([unit, size]) => {
    const value = Math.floor(rest / size);
    rest -= value * size;
    return { unit, value };
  });
  const first = values.findIndex(({ value }) => value > 0);
  if (first < 0) return "0 s";
  return values
    .slice(first, first + count)
    .filter(({ value }) => value > 0)
    .map(({ unit, value }) => `${value} ${unit}`)
    .join(" ");
}

/** Local time to the minute: `2026-11-23 14:46`. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Created at first use: it takes longer than the rest of a page. */
let zoneFormat: Intl.DateTimeFormat | undefined;

/** The local time zone at that time: `UTC`, `GMT+1`. */
export function timeZone(seconds: number): string {
  zoneFormat ??= new Intl.DateTimeFormat("en", { timeZoneName: "short" });
  const parts = zoneFormat.formatToParts(new Date(seconds * 1000));
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/** Binary units to three digits: `512 KiB`, `1.95 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** power).toPrecision(3))} ${units[power]}`;
}

/** A ratio as a percentage: `12.3 %`. */
export function formatPercent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

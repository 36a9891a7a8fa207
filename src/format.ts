/** How people read numbers of seconds, bytes and shares. */

/** The two greatest units: `3d 4h`, `5h 20m`, `7m 3s`, `12s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const units: [string, number][] = [
    ["d", Math.floor(whole / 86400)],
    ["h", Math.floor(whole / 3600) % 24],
    ["m", Math.floor(whole / 60) % 60],
    ["s", whole % 60],
  ];
  const first = units.findIndex(([, value]) => value > 0);
  if (first < 0) return "0s";
  return units
    .slice(first, first + 2)
    .map(([unit, value]) => `${value}${unit}`)
    .join(" ");
}

/** The greatest unit alone: `2 d`, `5 h`, `7 min`, `12 s`; what is still to come is `now`. */
export function formatAge(seconds: number): string {
  if (seconds < 1) return "now";
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

/** Local time to the minute: `2026-11-23 14:46`. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Made at the first use: it takes longer than all else of a page. */
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

/** A share of 1: `12.3 %`. */
export function formatPercent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

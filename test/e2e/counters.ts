/** All counters of logins and their like as one list, in the exporter's words and in the test's. */
import type { Observation } from "./observation.ts";
import type { Truth } from "./truth.ts";

const NAMES = [
  "failed_logins_total",
  "logins_total",
  "root_logins_total",
  "ssh_unauthenticated_disconnects_total",
  "ssh_dropped_connections_total",
  "privilege_escalations_total",
  "user_logins_total",
  "user_privilege_escalations_total",
];

/** Those that are not 0, as `failed_logins_total{reason="invalid_user"} 2`. */
export function seenCounters({ metrics }: Observation): string[] {
  const series = NAMES.flatMap((name) => metrics.series(`user_sessions_${name}`));
  return series
    .filter(({ value }) => value !== 0)
    .map(({ name, labels, value }) => {
      const inside = Object.entries(labels).map(([key, text]) => `${key}="${text}"`);
      const braces = inside.length > 0 ? `{${inside.join(",")}}` : "";
      return `${name.replace("user_sessions_", "")}${braces} ${value}`;
    })
    .sort();
}

export function trueCounters({ counters }: Truth): string[] {
  return [...counters].map(([series, value]) => `${series} ${value}`).sort();
}

/** The metrics of which not even a 0 is there; an account's begin with what it does first. */
export function missingCounters({ metrics }: Observation): string[] {
  const wanted = NAMES.filter((name) => !name.startsWith("user_"));
  return wanted.filter((name) => metrics.series(`user_sessions_${name}`).length === 0);
}

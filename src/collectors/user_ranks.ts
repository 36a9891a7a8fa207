import type { MetricDefinition } from "../metrics/metric.ts";
import { PROCESS_COUNT } from "./processes.ts";
import type { Rank } from "./runtime/user_places.ts";
import { SESSION_ACTIVE } from "./sessions.ts";

/** The rank that a metric gives its users when there are more than `--users.max`. */
export function rankOf({ name, type }: MetricDefinition): Rank {
  if (name === SESSION_ACTIVE.name) return 0;
  if (name === PROCESS_COUNT.name) return 1;
  return type === "gauge" ? 3 : 2;
}

import Registry, { type PromMetric, type PromValue } from "prom-client/lib/registry.js";
import type { YieldTurn } from "../sources/turn.ts";
import type { Family, Sample } from "./metric.ts";

/** The two forms that Prometheus reads. */
export type Format = "text" | "openmetrics";

/** More samples than this are rendered one metric after the other, with a turn for others before each. */
export const SAMPLES_AT_ONCE = 4096;

/**
 * The exposition of one collection. Each one gets a registry and metric objects of its own, since
 * rendering OpenMetrics renames the counters in place.
 *
 * @param families as `checkFamilies` has passed them
 * @param yieldTurn lets others have their turn
 */
export function render(
  families: readonly Family[],
  format: Format,
  yieldTurn: YieldTurn = () => Bun.sleep(0),
): Promise<string> {
  const registry = new Registry(contentType(format));
  const count = families.reduce((sum, { samples }) => sum + samples.length, 0);
  // The registry asks all metrics at once, and renders each when it answers.
  let turn = Promise.resolve();
  const wait = count > SAMPLES_AT_ONCE ? () => (turn = turn.then(yieldTurn)) : undefined;
  for (const family of families) {
    if (family.samples.length > 0) registry.registerMetric(promMetric(family, format, wait));
  }
  return registry.metrics();
}

export function contentType(format: Format): string {
  return format === "openmetrics"
    ? Registry.OPENMETRICS_CONTENT_TYPE
    : Registry.PROMETHEUS_CONTENT_TYPE;
}

/** prom-client keeps the text of shared labels by this object, so all values have the same one. */
const NO_LABELS = Object.freeze({});

function promMetric(
  { definition, samples }: Family,
  format: Format,
  wait: (() => Promise<void>) | undefined,
): PromMetric {
  const { name, help, type } = definition;
  const valued = (metric: PromMetric) => ({
    ...metric,
    values: samples.map((sample) => promValue(sample, name, format)),
  });
  return {
    name,
    help,
    type,
    values: [],
    get() {
      return wait ? wait().then(() => valued(this)) : valued(this);
    },
  };
}

function promValue({ labels, value, suffix }: Sample, name: string, format: Format): PromValue {
  const rounded = { labels, value: withoutNoise(value), sharedLabels: NO_LABELS };
  if (suffix === undefined) return rounded;
  if (suffix === "_bucket" && format === "openmetrics") {
    return { ...rounded, labels: withFloatBound(labels), metricName: name + suffix };
  }
  return { ...rounded, metricName: name + suffix };
}

/**
 * 0.1 + 0.2 as 0.3: a sum of binary fractions is off in its 16th or 17th digit, and a difference in a digit further to
 * the left. A time stamp needs 16 digits for its microseconds; nothing is measured in less than nanoseconds.
 */
function withoutNoise(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  const digits = Number(value.toPrecision(value >= FIRST_TIME_STAMP ? 16 : 15));
  return Number(digits.toFixed(9));
}

/** The year 2001, in seconds since the epoch. */
const FIRST_TIME_STAMP = 1e9;

/** OpenMetrics 1.0 wants the bound of a bucket as a float: `60.0`. */
function withFloatBound(labels: Readonly<Record<string, string>>): Record<string, string> {
  const le = labels["le"]!;
  return { ...labels, le: /^\d+$/.test(le) ? `${le}.0` : le };
}

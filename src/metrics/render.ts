import { Counter, Gauge, Registry } from "prom-client";
import type { Family } from "./metric.ts";
import { cleanLabel } from "./labels.ts";

/** The two forms that Prometheus reads, by their content types. */
export type Format = "text" | "openmetrics";

/**
 * The exposition of one collection. Each one gets a registry of its own: prom-client's collect hooks
 * mix the series of overlapping scrapes, and rendering OpenMetrics renames its counters for good.
 */
export async function render(families: readonly Family[], format: Format): Promise<string> {
  const registry = new Registry();
  if (format === "openmetrics") {
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  }
  for (const family of families) if (family.samples.length > 0) register(registry, family);
  return registry.metrics();
}

export function contentType(format: Format): string {
  return format === "openmetrics"
    ? Registry.OPENMETRICS_CONTENT_TYPE
    : Registry.PROMETHEUS_CONTENT_TYPE;
}

function register(registry: Registry, { name, help, type, labels, samples }: Family): void {
  const options = { name, help, labelNames: labels, registers: [registry] };
  const separator = new RegExp(`,(?=(?:${labels.join("|")}):)`, "g");
  const clean = (values: Record<string, string>) => cleanLabels(values, separator);
  if (type === "counter") {
    const metric = new Counter(options);
    for (const sample of samples) metric.inc(clean(sample.labels), sample.value);
  } else {
    const metric = new Gauge(options);
    for (const sample of samples) metric.set(clean(sample.labels), sample.value);
  }
}

/**
 * prom-client tells series apart by their labels strung together as `name:value,`; a value that holds
 * such a piece could make two series one, so its comma goes.
 */
function cleanLabels(labels: Record<string, string>, separator: RegExp): Record<string, string> {
  const cleaned: Record<string, string> = {};
  for (const name in labels) {
    cleaned[name] = cleanLabel(labels[name]!).replace(separator, "\ufffd");
  }
  return cleaned;
}

import Registry, { type PromMetric, type PromValue } from "prom-client/lib/registry.js";
import type { YieldTurn } from "../sources/turn.ts";
import type { Family, Sample } from "./metric.ts";

/** The two text formats that Prometheus reads. */
export type Format = "text" | "openmetrics";

/** Samples rendered before yielding: some 50 ms without the JIT. */
export const SAMPLES_AT_ONCE = 4096;

const EOF = "# EOF\n";

/**
 * Renders one collection.
 *
 * @param families the result of `checkFamilies`
 * @param yieldTurn yields to other work
 */
export async function render(
  families: readonly Family[],
  format: Format,
  yieldTurn: YieldTurn = () => Bun.sleep(0),
): Promise<string> {
  const filled = families.filter(({ samples }) => samples.length > 0);
  const count = filled.reduce((sum, { samples }) => sum + samples.length, 0);
  if (count <= SAMPLES_AT_ONCE) return renderAtOnce(filled, format);
  const texts: string[] = [];
  for (const made of filled) {
    let text = "";
    for (const samples of piecesOf(made.samples)) {
      await yieldTurn();
      const piece = await renderAtOnce([{ ...made, samples }], format);
      text += text === "" ? withoutEof(piece) : withoutHead(withoutEof(piece));
    }
    texts.push(text);
  }
  return format === "openmetrics" ? texts.join("") + EOF : texts.join("\n");
}

function* piecesOf(samples: readonly Sample[]): Generator<readonly Sample[]> {
  for (let at = 0; at < samples.length; at += SAMPLES_AT_ONCE) {
    yield samples.slice(at, at + SAMPLES_AT_ONCE);
  }
}

function withoutEof(text: string): string {
  return text.endsWith(EOF) ? text.slice(0, -EOF.length) : text;
}

/** Removes the lines HELP and TYPE, which belong only before a metric's first sample. */
function withoutHead(text: string): string {
  return text.slice(text.indexOf("\n", text.indexOf("\n") + 1) + 1);
}

/** Uses a new registry and new metric objects, since rendering OpenMetrics renames the counters in place. */
function renderAtOnce(families: readonly Family[], format: Format): Promise<string> {
  const registry = new Registry(contentType(format));
  for (const made of families) registry.registerMetric(promMetric(made, format));
  return registry.metrics();
}

export function contentType(format: Format): string {
  return format === "openmetrics"
    ? Registry.OPENMETRICS_CONTENT_TYPE
    : Registry.PROMETHEUS_CONTENT_TYPE;
}

/** prom-client caches the text of shared labels by object, so all values use this one. */
const NO_LABELS = Object.freeze({});

function promMetric({ definition, samples }: Family, format: Format): PromMetric {
  const { name, help, type } = definition;
  const values = samples.map((sample) => promValue(sample, name, format));
  return {
    name,
    help,
    type,
    values,
    get() {
      return this;
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
 * Rounds 0.1 + 0.2 to 0.3: a sum of binary fractions is wrong in its 16th or 17th digit, and a difference in a digit
 * further left. A time stamp needs 16 digits for its microseconds; nothing is measured in less than nanoseconds.
 */
function withoutNoise(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  const digits = Number(value.toPrecision(value >= FIRST_TIME_STAMP ? 16 : 15));
  return Number(digits.toFixed(9));
}

/** The year 2001, in seconds since the epoch. */
const FIRST_TIME_STAMP = 1e9;

/** OpenMetrics 1.0 requires a bucket's bound as a float: `60.0`. */
function withFloatBound(labels: Readonly<Record<string, string>>): Record<string, string> {
  const le = labels["le"]!;
  return { ...labels, le: /^\d+$/.test(le) ? `${le}.0` : le };
}

import { type YieldTurn, turnEvery } from "../sources/turn.ts";
import { cleanLabel } from "./labels.ts";
import type { Family, MetricDefinition, Sample } from "./metric.ts";

/** A metric that can't be rendered, or would be refused by Prometheus. */
export class MalformedMetricError extends Error {
  override name = "MalformedMetricError";
}

/** Samples checked before yielding: some 30 ms without the JIT. */
export const SAMPLES_A_TURN = 4096;

/** Valid names of metrics and labels. */
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Checks families, and cleans their label values for display. Samples that become equal by cleaning are merged.
 *
 * @param taken the names of existing metrics; the names of the families are added
 * @param yieldTurn yields to other work
 * @throws MalformedMetricError for a name that exists or is invalid, labels other than the definition's, a value that
 *    is not a finite number, a counter below 0, two samples with the same labels
 */
export async function checkFamilies(
  families: readonly Family[],
  taken: Set<string>,
  yieldTurn?: YieldTurn,
): Promise<Family[]> {
  const names = new Set(taken);
  const checked: Family[] = [];
  const turn = turnEvery(SAMPLES_A_TURN, yieldTurn);
  for (const family of families) {
    const { name, labels } = family.definition;
    if (names.has(name)) throw new MalformedMetricError(`${name}: this metric exists already`);
    if (!NAME.test(name)) throw new MalformedMetricError(`${name}: invalid metric name`);
    const bad = labels.find((label) => !NAME.test(label) || label.startsWith("__"));
    if (bad !== undefined) throw new MalformedMetricError(`${name}: invalid label name "${bad}"`);
    names.add(name);
    const byKey = new Map<string, Sample>();
    const changed = new Set<string>();
    for (const sample of family.samples) {
      addChecked(family.definition, sample, byKey, changed);
      const pause = turn();
      if (pause) await pause;
    }
    checked.push({ definition: family.definition, samples: [...byKey.values()] });
  }
  for (const name of names) taken.add(name);
  return checked;
}

/** @param changed the keys of samples changed by cleaning */
function addChecked(
  definition: MetricDefinition,
  sample: Sample,
  byKey: Map<string, Sample>,
  changed: Set<string>,
): void {
  checkSample(definition, sample);
  const clean = cleanSample(sample);
  const key = keyOf(definition, clean);
  const other = byKey.get(key);
  if (clean !== sample) changed.add(key);
  if (other && !changed.has(key)) throw malformed(definition, sample, "duplicate series");
  byKey.set(key, other ? mergeSamples(definition, other, clean) : clean);
}

/** Merges two samples with equal labels. */
export function mergeSamples({ merge }: MetricDefinition, one: Sample, other: Sample): Sample {
  const combine = { sum: (a: number, b: number) => a + b, newest: Math.max, earliest: Math.min };
  return { ...one, value: combine[merge](one.value, other.value) };
}

/** A key that is unique for each sample of a metric: the label values, each with its length. */
export function keyOf({ labels: names }: MetricDefinition, { labels, suffix }: Sample): string {
  let key = suffix ?? "";
  for (const name of names) key += `${labels[name]!.length}:${labels[name]}`;
  return suffix === "_bucket" ? `${key}${labels["le"]}` : key;
}

function checkSample(definition: MetricDefinition, sample: Sample): void {
  const { labels, value, suffix } = sample;
  const isHistogram = definition.type === "histogram";
  if (isHistogram !== (suffix !== undefined)) throw malformed(definition, sample, "invalid suffix");
  let count = 0;
  for (const name in labels) {
    if (name !== "le" || suffix !== "_bucket") {
      if (!definition.labels.includes(name)) {
        throw malformed(definition, sample, `unknown label "${name}"`);
      }
      count++;
    }
    if (typeof labels[name] !== "string") {
      throw malformed(definition, sample, `invalid label "${name}": want a string`);
    }
  }
  if (count !== definition.labels.length) throw malformed(definition, sample, "missing label");
  if (!Number.isFinite(value))
    throw malformed(definition, sample, "invalid value: want a finite number");
  if (definition.type !== "gauge" && value < 0 && suffix !== "_sum") {
    throw malformed(definition, sample, "invalid value: want 0 or more");
  }
}

function cleanSample(sample: Sample): Sample {
  const { labels } = sample;
  for (const name in labels) {
    if (cleanLabel(labels[name]!) === labels[name]) continue;
    const cleaned = Object.entries(labels).map(([key, value]) => [key, cleanLabel(value)]);
    return { ...sample, labels: Object.fromEntries(cleaned) as Record<string, string> };
  }
  return sample;
}

function malformed({ name }: MetricDefinition, { labels, value }: Sample, what: string): Error {
  const series = cleanLabel(JSON.stringify(labels));
  return new MalformedMetricError(`${name}${series} ${value}: ${what}`);
}

/** Metric definitions and the samples of one collection. prometheus.io/docs/concepts/data_model. */

/**
 * How long the values of a metric stay meaningful.
 *
 * - `host`: a state of the host, or a count of the kernel, so every run of the program shows the same.
 * - `saved`: counted by the exporter, and kept in the state directory.
 * - `run`: starts at 0 in each run of the program.
 */
export type Lifetime = "host" | "saved" | "run";

/** How two samples with equal labels are merged. */
export type Merge = "sum" | "newest" | "earliest";

/** A metric without its samples. `L` is the union of its label names. */
export interface MetricDefinition<L extends string = string> {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter" | "histogram";
  readonly labels: readonly L[];
  readonly lifetime: Lifetime;
  readonly merge: Merge;
}

export interface HistogramDefinition<L extends string = string> extends MetricDefinition<L> {
  /** The upper bounds of the buckets, ascending, without the last one, `+Inf`. */
  readonly bounds: readonly number[];
}

export interface Sample<L extends string = string> {
  readonly labels: Readonly<Record<L, string>>;
  readonly value: number;
  /** The series of a histogram that this is; a bucket also has the label `le`. */
  readonly suffix?: "_bucket" | "_sum" | "_count";
}

/** A metric with the samples of one collection. A metric without samples is not exported. */
export interface Family<L extends string = string> {
  readonly definition: MetricDefinition<L>;
  readonly samples: readonly Sample<L>[];
}

/** The counts of a histogram for one set of labels. */
export interface Observations<L extends string> {
  readonly labels: Readonly<Record<L, string>>;
  /** Counts by bucket, not cumulative; one more than there are bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

type Labels = readonly string[];

/** A gauge of the host. */
export function gauge<const T extends Labels>(
  name: string,
  help: string,
  ...labels: T
): MetricDefinition<T[number]> {
  return define("gauge", name, help, labels, "host");
}

/** A counter that the exporter keeps in its state directory. */
export function counter<const T extends Labels>(
  name: string,
  help: string,
  ...labels: T
): MetricDefinition<T[number]> {
  return define("counter", name, help, labels, "saved");
}

/** A histogram that the exporter keeps in its state directory. */
export function histogram<const T extends Labels>(
  name: string,
  help: string,
  bounds: readonly number[],
  ...labels: T
): HistogramDefinition<T[number]> {
  return { ...define("histogram", name, help, labels, "saved"), bounds };
}

/** The same metric, with the lifetime `run`. */
export function ofThisRun<D extends MetricDefinition>(definition: D): D {
  return { ...definition, lifetime: "run" };
}

/** The same metric, with the lifetime `host`. */
export function ofTheHost<D extends MetricDefinition>(definition: D): D {
  return { ...definition, lifetime: "host" };
}

/** The same metric, merged to the newest of its time stamps. */
export function newest<D extends MetricDefinition>(definition: D): D {
  return { ...definition, merge: "newest" };
}

/** The same metric, merged to the earliest of its time stamps. */
export function earliest<D extends MetricDefinition>(definition: D): D {
  return { ...definition, merge: "earliest" };
}

export function family<L extends string>(
  definition: MetricDefinition<L>,
  samples: readonly Sample<L>[],
): Family<L> {
  return { definition, samples };
}

/** A metric with one sample and no labels; no sample when the value is undefined. */
export function single(definition: MetricDefinition<never>, value: number | undefined): Family {
  return { definition, samples: value === undefined ? [] : [{ labels: {}, value }] };
}

/** A metric with one label, from a map of label values to numbers. */
export function byLabel<L extends string>(
  definition: MetricDefinition<L>,
  values: Iterable<readonly [string, number]>,
): Family<L> {
  const label = definition.labels[0]!;
  const sampleOf = ([key, value]: readonly [string, number]) => {
    return { labels: { [label]: key } as Record<L, string>, value };
  };
  return { definition, samples: Array.from(values, sampleOf) };
}

/** The series of a histogram: its buckets, cumulative as Prometheus requires, sum and count. */
export function observed<L extends string>(
  definition: HistogramDefinition<L>,
  values: Iterable<Observations<L>>,
): Family<L> {
  const les = [...definition.bounds.map(String), "+Inf"];
  const samples: Sample<L>[] = [];
  for (const { labels, counts, sum } of values) {
    let count = 0;
    for (const [i, le] of les.entries()) {
      count += counts[i] ?? 0;
      samples.push({ labels: { ...labels, le }, value: count, suffix: "_bucket" });
    }
    samples.push(
      { labels, value: sum, suffix: "_sum" },
      { labels, value: count, suffix: "_count" },
    );
  }
  return { definition, samples };
}

/** The samples of a metric; empty when it was not collected. */
export function samplesOf<L extends string>(
  families: readonly Family[],
  definition: MetricDefinition<L>,
): readonly Sample<L>[] {
  const found = families.find((candidate) => candidate.definition.name === definition.name);
  return (found?.samples ?? []) as readonly Sample<L>[];
}

function define<L extends string>(
  type: MetricDefinition["type"],
  name: string,
  help: string,
  labels: readonly L[],
  lifetime: Lifetime,
): MetricDefinition<L> {
  return { name: `user_sessions_${name}`, help, type, labels, lifetime, merge: "sum" };
}

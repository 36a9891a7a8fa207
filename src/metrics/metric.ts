/** A metric's definition: name, help, type and label names, as Prometheus has them. */
export interface MetricDefinition {
  name: string;
  help: string;
  type: "gauge" | "counter";
  labels: readonly string[];
}

export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** A metric with the samples of one collection. A metric without samples is not exported. */
export interface Family extends MetricDefinition {
  samples: Sample[];
}

export function gauge(name: string, help: string, ...labels: string[]): MetricDefinition {
  return { name: `user_sessions_${name}`, help, type: "gauge", labels };
}

export function counter(name: string, help: string, ...labels: string[]): MetricDefinition {
  return { name: `user_sessions_${name}`, help, type: "counter", labels };
}

/** A metric with one sample and no labels; none when the value is not known. */
export function single(definition: MetricDefinition, value: number | undefined): Family {
  return { ...definition, samples: value === undefined ? [] : [{ labels: {}, value }] };
}

/** A metric with one label, whose values are a map's keys. */
export function byLabel(definition: MetricDefinition, values: Iterable<[string, number]>): Family {
  const label = definition.labels[0]!;
  const samples = Array.from(values, ([key, value]) => ({ labels: { [label]: key }, value }));
  return { ...definition, samples };
}

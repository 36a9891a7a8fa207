/** The one file of prom-client that is used: its main file loads cluster, http and more, 10 MB of it. */
declare module "prom-client/lib/registry.js" {
  /** The interface that the registry needs of a metric; it may rename one while it renders OpenMetrics. */
  interface PromMetric {
    name: string;
    readonly help: string;
    readonly type: string;
    readonly values: readonly PromValue[];
    get(): PromMetric;
  }

  interface PromValue {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
    /** Missing when it is the metric's own name. */
    readonly metricName?: string;
    /** Labels that many values have in common. */
    readonly sharedLabels: Readonly<Record<string, string>>;
  }

  export default class Registry {
    static readonly PROMETHEUS_CONTENT_TYPE: string;
    static readonly OPENMETRICS_CONTENT_TYPE: string;
    constructor(contentType: string);
    registerMetric(metric: PromMetric): void;
    metrics(): Promise<string>;
  }
}

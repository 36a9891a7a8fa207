/** A Prometheus on this machine that scrapes a host, once for each format. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FormatProxy } from "../helpers/format_proxy.ts";
import { PrometheusServer } from "../helpers/prometheus_server.ts";
import { eventually } from "../helpers/run.ts";

const INTERVAL_S = 5;

export class TestPrometheus {
  private constructor(
    private readonly server: PrometheusServer,
    private readonly proxies: ReadonlyMap<string, FormatProxy>,
  ) {}

  /** @param target the port of 127.0.0.1 that leads to the exporter */
  static async start(folder: string, target: number): Promise<TestPrometheus> {
    const url = `http://127.0.0.1:${target}`;
    const proxies = new Map([
      ["text", new FormatProxy(url, "text/plain;version=0.0.4;q=1")],
      ["openmetrics", new FormatProxy(url)],
    ]);
    const interval = `${INTERVAL_S}s`;
    const config = {
      global: { scrape_interval: interval, scrape_timeout: interval },
      scrape_configs: Array.from(proxies, ([job_name, { port }]) => ({
        job_name,
        static_configs: [{ targets: [`127.0.0.1:${port}`] }],
      })),
    };
    mkdirSync(folder, { recursive: true });
    // JSON is YAML too.
    writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
    return new TestPrometheus(await PrometheusServer.start(folder), proxies);
  }

  /**
   * Asks an instant query until the answer is as expected, for some scrapes.
   *
   * @returns the last answer: its series as `LABELS VALUE` with the labels asked for, sorted
   */
  async eventually(
    expression: string,
    expected: string,
    labels: readonly string[] = [],
  ): Promise<string> {
    let last = "";
    const ask = async () => {
      const series = await this.server.query(expression);
      last = series
        .map(({ metric, value }) => [...labels.map((l) => metric[l] || "-"), value![1]].join(" "))
        .sort()
        .join(", ");
      return last === expected || undefined;
    };
    // The table shows what it was.
    await eventually("Prometheus", ask, 6 * INTERVAL_S * 1000).catch(() => undefined);
    return last;
  }

  /** The forms of the answers that a job had: content type and encoding. */
  formsOf(job: string): string {
    return [...this.proxies.get(job)!.forms].join(", ");
  }

  async end(): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    for (const proxy of this.proxies.values()) await proxy[Symbol.asyncDispose]();
  }
}

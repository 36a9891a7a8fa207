import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PrometheusServer, type Series } from "../helpers/prometheus_server.ts";
import { eventually, scratchFolder } from "../helpers/run.ts";
import { EXAMPLES, readYaml } from "./rule_files.ts";

interface Configuration {
  rule_files: string[];
  scrape_configs: { static_configs: { targets: string[] }[]; scrape_interval: string }[];
  global?: Record<string, string>;
}

interface RuleFile {
  groups: { interval?: string }[];
}

/** The rules are evaluated and hosts scraped this often, or a test would take minutes. */
const INTERVAL = "1s";
/** A real Prometheus, with the example configuration, but for its targets and intervals. */
export class Prometheus implements AsyncDisposable {
  private constructor(private readonly server: PrometheusServer) {}

  static async start(targets: readonly string[]): Promise<Prometheus> {
    const folder = scratchFolder("prometheus");
    configure(folder, targets);
    return new Prometheus(await PrometheusServer.start(folder));
  }

  api<T>(path: string, parameters?: Record<string, string>): Promise<T> {
    return this.server.api(path, parameters);
  }

  query(query: string): Promise<Series[]> {
    return this.server.query(query);
  }

  /** The last seconds, as a graph asks for them. */
  async queryRange(query: string): Promise<Series[]> {
    const end = Date.now() / 1000;
    const range = { query, start: String(end - 10), end: String(end), step: "2" };
    return (await this.api<{ result: Series[] }>("query_range", range)).result;
  }

  /** Waits until a query has an answer. */
  until(query: string, withinMs = 20_000): Promise<Series[]> {
    const ask = async () => {
      const series = await this.query(query);
      return series.length > 0 ? series : undefined;
    };
    return eventually(query, ask, withinMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]();
  }
}

/** Writes the examples to a folder, as JSON, which is YAML too. */
function configure(folder: string, targets: readonly string[]): void {
  cpSync(EXAMPLES, folder, { recursive: true });
  const config = readYaml<Configuration>("prometheus.yml");
  config.global = { evaluation_interval: INTERVAL };
  for (const job of config.scrape_configs) {
    job.scrape_interval = INTERVAL;
    Object.assign(job, { scrape_timeout: INTERVAL });
    for (const one of job.static_configs) one.targets = [...targets];
  }
  for (const name of config.rule_files) {
    const rules = readYaml<RuleFile>(name);
    for (const group of rules.groups) delete group.interval;
    writeFileSync(join(folder, name), JSON.stringify(rules));
  }
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
}

import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Running, eventually, freePort, remove, scratchFolder } from "../helpers/run.ts";
import { EXAMPLES, readYaml } from "./rule_files.ts";

/** A series of an answer; a range query gives `values`. */
export interface Series {
  metric: Record<string, string>;
  value?: [number, string];
  values?: [number, string][];
}

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
/** It ends with the tests, even when they are killed. */
const ENDS_WITH_US = ["setpriv", "--pdeathsig", "KILL"];

/** A real Prometheus, with the example configuration, but for its targets and intervals. */
export class Prometheus implements AsyncDisposable {
  private constructor(
    private readonly running: Running,
    private readonly folder: string,
    private readonly url: string,
  ) {}

  static async start(targets: readonly string[]): Promise<Prometheus> {
    const folder = scratchFolder("prometheus");
    const config = configure(folder, targets);
    const address = `127.0.0.1:${await freePort()}`;
    const running = new Running([
      ...ENDS_WITH_US,
      "prometheus",
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
    ]);
    const prometheus = new Prometheus(running, folder, `http://${address}`);
    try {
      await running.says(/Server is ready to receive web requests/, 20_000);
    } catch (error) {
      await prometheus[Symbol.asyncDispose]();
      throw error;
    }
    return prometheus;
  }

  /** @throws an Error with Prometheus's words when it does not answer with success */
  async api<T>(path: string, parameters: Record<string, string> = {}): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const answer = (await response.json()) as { status: string; data: T; error?: string };
    if (answer.status !== "success") throw new Error(`${parameters["query"]}: ${answer.error}`);
    return answer.data;
  }

  async query(query: string): Promise<Series[]> {
    return (await this.api<{ result: Series[] }>("query", { query })).result;
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.running.end();
    remove(this.folder);
  }
}

/** Writes the examples to a folder, as JSON, which is YAML too. @returns the configuration's path */
function configure(folder: string, targets: readonly string[]): string {
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
  const path = join(folder, "prometheus.yml");
  writeFileSync(path, JSON.stringify(config));
  return path;
}

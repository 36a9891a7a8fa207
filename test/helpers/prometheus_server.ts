import { join } from "node:path";
import { Running, freePort, remove } from "./run.ts";

/** A series of an answer; a range query gives `values`. */
export interface Series {
  metric: Record<string, string>;
  value?: [number, string];
  values?: [number, string][];
}

/** It ends with the tests, even when they are killed. */
const ENDS_WITH_US = ["setpriv", "--pdeathsig", "KILL"];

/** A real Prometheus on this machine. */
export class PrometheusServer implements AsyncDisposable {
  private constructor(
    private readonly running: Running,
    private readonly folder: string,
    private readonly url: string,
  ) {}

  /** @param folder holds prometheus.yml; it goes with the server */
  static async start(folder: string): Promise<PrometheusServer> {
    const address = `127.0.0.1:${await freePort()}`;
    const running = new Running([
      ...ENDS_WITH_US,
      "prometheus",
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
    ]);
    const server = new PrometheusServer(running, folder, `http://${address}`);
    try {
      await running.says(/Server is ready to receive web requests/, 30_000);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.running.end();
    remove(this.folder);
  }
}

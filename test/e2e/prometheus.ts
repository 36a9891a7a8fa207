/** A Prometheus on this machine that scrapes a host, once for each format. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../scripts/e2e/commands.ts";
import { Running, freePort } from "../helpers/run.ts";

const INTERVAL_S = 5;

export class TestPrometheus {
  private constructor(
    private readonly running: Running,
    private readonly url: string,
    private readonly proxies: readonly FormatProxy[],
  ) {}

  /** @param target the port of 127.0.0.1 that leads to the exporter */
  static async start(folder: string, target: number): Promise<TestPrometheus> {
    const proxies = [
      new FormatProxy("text", "text/plain;version=0.0.4;q=1", target),
      new FormatProxy("openmetrics", undefined, target),
    ];
    mkdirSync(folder, { recursive: true });
    const jobs = proxies.map(
      ({ name, port }) => `  - job_name: ${name}
    static_configs:
      - targets: ["127.0.0.1:${port}"]
`,
    );
    const config = join(folder, "prometheus.yml");
    writeFileSync(
      config,
      `global:
  scrape_interval: ${INTERVAL_S}s
  scrape_timeout: ${INTERVAL_S}s
scrape_configs:
${jobs.join("")}`,
    );
    const port = await freePort();
    const running = new Running([
      "prometheus",
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    await running.says(/Server is ready to receive web requests/, 30_000);
    return new TestPrometheus(running, `http://127.0.0.1:${port}`, proxies);
  }

  /** The values of an instant query, as `LABELS VALUE` with the labels asked for, sorted. */
  async query(expression: string, labels: readonly string[] = []): Promise<string[]> {
    const url = `${this.url}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const answer = (await (await fetch(url)).json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return answer.data.result
      .map(({ metric, value }) => [...labels.map((l) => metric[l] || "-"), value[1]].join(" "))
      .sort();
  }

  /** Asks until the answer is as expected, for some scrapes; else gives the last one. */
  async eventually(
    expression: string,
    expected: string,
    labels: readonly string[] = [],
  ): Promise<string> {
    let last = "";
    try {
      await eventually("Prometheus", 6 * INTERVAL_S * 1000, async () => {
        last = (await this.query(expression, labels)).join(", ");
        return last === expected || undefined;
      });
    } catch {
      // The table shows what it was.
    }
    return last;
  }

  /** The content types that the exporter answered with, by job. */
  get contentTypes(): Record<string, string> {
    return Object.fromEntries(this.proxies.map(({ name, contentType }) => [name, contentType]));
  }

  async end(): Promise<void> {
    await this.running.end();
    for (const proxy of this.proxies) proxy.end();
  }
}

/**
 * Stands between Prometheus and the exporter, and notes the format of the answers. Releases before 2.49
 * can't be told to ask for text: the proxy asks in their place.
 */
class FormatProxy {
  contentType = "none";
  private readonly server: Bun.Server<undefined>;

  constructor(
    readonly name: string,
    accept: string | undefined,
    target: number,
  ) {
    this.server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => this.pass(request, accept, target),
    });
  }

  private async pass({ headers, url }: Request, accept: string | undefined, target: number) {
    const asked = new Headers(headers);
    if (accept) asked.set("accept", accept);
    asked.delete("host");
    try {
      const answer = await fetch(`http://127.0.0.1:${target}${new URL(url).pathname}`, {
        headers: asked,
        decompress: false,
        signal: AbortSignal.timeout(10_000),
      });
      const { headers: got } = answer;
      this.contentType = `${got.get("content-type")} ${got.get("content-encoding")}`;
      return answer;
    } catch (error) {
      // The host is booting, say: Prometheus notes that the target is down.
      return new Response((error as Error).message, { status: 502 });
    }
  }

  get port(): number {
    return this.server.port!;
  }

  end(): void {
    void this.server.stop(true);
  }
}

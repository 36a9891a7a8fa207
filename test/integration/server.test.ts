/** The executable as it serves: endpoints, forms of the exposition, signals, a real Prometheus. */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Servers, copyExporter, exporter } from "../helpers/exporter.ts";
import { parseMetrics } from "../helpers/metrics_text.ts";
import { describeWith } from "../helpers/needs.ts";
import { Running, eventually, freePort, remove, run, scratchFolder } from "../helpers/run.ts";

setDefaultTimeout(30_000);

/** The one thing promtool dislikes: a name that ends as a histogram's count does, and is a fixed one. */
const KNOWN_FINDING = /^user_sessions_(?:process|thread)_count .* should not have "_count" suffix$/;

const OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const servers = new Servers();
const serve = servers.start;
afterEach(servers.endAll);

describeWith([], "the server", () => {
  test("/metrics in the text form", async () => {
    const response = await (await serve()).get("/metrics");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = await response.text();
    expect(text).toEndWith("\n");
    expect(text).not.toContain("# EOF");
    expect(parseMetrics(text).value("user_sessions_up")).toBe(1);
  });

  test("/metrics as OpenMetrics, with the same names", async () => {
    const server = await serve();
    await server.ready();
    const inText = await server.scrape();
    const response = await server.get("/metrics", { headers: { Accept: OPENMETRICS } });
    expect(response.headers.get("content-type")).toBe(OPENMETRICS);
    const text = await response.text();
    expect(text).toEndWith("# EOF\n");
    const names = (metrics: ReturnType<typeof parseMetrics>) =>
      [...new Set(metrics.samples.map(({ name }) => name))].sort();
    expect(names(parseMetrics(text))).toEqual(names(inText));
    expect(text).toContain("# TYPE user_sessions_cpu_seconds counter\n");
  });

  test("/metrics packed with gzip", async () => {
    const server = await serve();
    const headers = { "Accept-Encoding": "gzip" };
    const response = await fetch(`${server.url}/metrics`, { headers, decompress: false });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    const text = Buffer.from(Bun.gunzipSync(await response.arrayBuffer())).toString();
    expect(parseMetrics(text).value("user_sessions_up")).toBe(1);
    const plain = await server.get("/metrics", { headers: { "Accept-Encoding": "identity" } });
    expect(plain.headers.get("content-encoding")).toBeNull();
  });

  test.each([
    ["GET", "/-/healthy", 200],
    ["GET", "/", 200],
    ["HEAD", "/metrics", 200],
    ["GET", "/nothing", 404],
    ["GET", "/metrics/", 404],
    ["POST", "/metrics", 405],
    ["DELETE", "/", 405],
  ])("%s %s answers %i", async (method, path, status) => {
    const response = await (await serve()).get(path, { method });
    expect(response.status).toBe(status);
    if (status === 405) expect(response.headers.get("allow")).toBe("GET, HEAD");
  });

  test("/-/ready turns 200 once the first sample is taken", async () => {
    const server = await serve();
    await eventually(
      "readiness",
      async () => (await server.get("/-/ready")).ok || undefined,
      5_000,
    );
  });

  test("the landing page names version, endpoints and sources", async () => {
    const response = await (await serve()).get("/");
    expect(response.headers.get("content-type")).toStartWith("text/html");
    const page = await response.text();
    for (const text of ['href="/metrics"', "version 1.", "/proc/net/tcp"]) {
      expect(page).toContain(text);
    }
  });

  test("scrapes that overlap share one collection", async () => {
    const server = await serve();
    await server.scrape();
    const scrape = async () => (await server.get("/metrics")).text();
    const [first, ...others] = await Promise.all(Array.from({ length: 8 }, scrape));
    // The duration of the collection is in it, so two collections never give the same text.
    expect(new Set([first, ...others]).size).toBeLessThan(8);
    expect(await scrape()).not.toBe(first!);
  });

  test("a scrape that comes before the first sample is taken has CPU ratios all the same", async () => {
    const port = await freePort();
    const starting = serve([`--web.listen-address=127.0.0.1:${port}`]);
    const text = await eventually("an answer", async () => {
      const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
      return response?.text();
    });
    await starting;
    expect(parseMetrics(text).series("user_sessions_cpu_ratio").length).toBeGreaterThan(0);
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s ends it within a second, and a scrape in flight is answered",
    async (signal) => {
      const server = await serve();
      await server.ready();
      // The first scrape waits until there is something to measure: it is in flight for a while.
      const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
      let answer = "";
      socket.on("data", (data) => (answer += data.toString()));
      const closed = new Promise((resolve) => socket.once("close", resolve));
      await new Promise((resolve) => socket.once("connect", resolve));
      socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      await Bun.sleep(50);
      expect(answer).toBe("");
      const signalledMs = performance.now();
      server.running.signal(signal);
      expect(await server.running.exited).toBe(0);
      expect(performance.now() - signalledMs).toBeLessThan(1_000);
      await closed;
      expect(answer).toContain("\nuser_sessions_up 1\n");
    },
  );

  test.each(["127.0.0.1", "[::1]", ""])(
    "a second copy on the address %p ends with one line and code 2",
    async (host) => {
      const port = await freePort();
      const words = [`--web.listen-address=${host}:${port}`];
      const first = await serve(words);
      const second = await exporter(words);
      expect(second.code).toBe(2);
      expect(second.stdout).toBe("");
      expect(second.stderr).toMatch(/^user_sessions_exporter: [^\n]*port in use[^\n]*\n$/);
      expect((await first.scrape()).value("user_sessions_up")).toBe(1);
    },
  );

  test("SIGTERM ends it properly as soon as it says that it listens", async () => {
    const server = await serve();
    server.running.signal("SIGTERM");
    expect(await server.running.exited).toBe(0);
  });

  test("a client that holds its connection open does not keep it from ending", async () => {
    const server = await serve();
    await server.ready();
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.on("error", () => {}).write("GET /metrics HTTP/1.1\r\nHost: x\r\n");
    const signalledMs = performance.now();
    server.running.signal("SIGTERM");
    expect(await server.running.exited).toBe(0);
    expect(performance.now() - signalledMs).toBeLessThan(1_000);
    socket.destroy();
  });
});

describeWith(["promtool"], "promtool", () => {
  test("finds nothing wrong with the exposition but one name", async () => {
    const server = await serve();
    const text = await (await server.get("/metrics")).text();
    const { stdout, stderr } = await run(["promtool", "check", "metrics"], { stdin: text });
    const findings = (stdout + stderr).split("\n").filter(Boolean);
    expect(findings.filter((line) => !KNOWN_FINDING.test(line))).toEqual([]);
  });
});

describeWith(["prometheus"], "a real Prometheus", () => {
  let folder: string;
  let prometheus: Running | undefined;

  beforeAll(() => {
    folder = scratchFolder("prometheus");
  });
  afterAll(async () => {
    await prometheus?.end();
    remove(folder);
  });

  test("scrapes it", async () => {
    const server = await serve();
    const port = await freePort();
    const config = join(folder, "prometheus.yml");
    writeFileSync(
      config,
      `global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: user_sessions
    static_configs: [{targets: ["${new URL(server.url).host}"]}]
`,
    );
    mkdirSync(join(folder, "data"));
    prometheus = new Running([
      "prometheus",
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    const ask = async (query: string): Promise<number | undefined> => {
      const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`;
      const response = await fetch(url).catch(() => undefined);
      if (!response?.ok) return undefined;
      const { data } = (await response.json()) as { data: { result: { value: [0, string] }[] } };
      return data.result.length === 0 ? undefined : Number(data.result[0]!.value[1]);
    };
    const isOne = async (query: string) => ((await ask(query)) === 1 ? true : undefined);
    await eventually("up", () => isOne('up{job="user_sessions"}'), 20_000);
    await eventually("the exporter's own up", () => isOne("user_sessions_up"));
    expect(await ask("count(user_sessions_process_count)")).toBeGreaterThan(0);
    const samples = (await server.scrape()).samples.length;
    const scraped = (await ask("scrape_samples_scraped"))!;
    expect(Math.abs(scraped - samples)).toBeLessThan(30);
  });
});

describeWith(["root", "setpriv"], "the executable copied elsewhere", () => {
  let folder: string;

  beforeAll(() => {
    folder = scratchFolder("copy");
  });
  afterAll(() => remove(folder));

  test("serves as nobody, from another folder", async () => {
    const path = copyExporter(folder);
    const server = await serve(undefined, { path, as: "nobody", cwd: "/" });
    const metrics = await server.scrape();
    expect(metrics.value("user_sessions_up")).toBe(1);
    expect(metrics.value("user_sessions_process_count", { username: "root" })).toBeGreaterThan(0);
  });
});

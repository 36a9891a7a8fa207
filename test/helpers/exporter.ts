/** Drives the built executable. EXPORTER names another one to test, an installed one say. */
import { copyFileSync, existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Metrics, parseMetrics } from "./metrics_text.ts";
import { type Result, type RunOptions, Running, eventually, run } from "./run.ts";

const BUILT = resolve(import.meta.dir, "../../dist/user_sessions_exporter");

export interface ExporterOptions extends Omit<RunOptions, "env"> {
  /** Added to an environment that has nothing but a PATH. */
  env?: Record<string, string>;
  /** Another copy of the executable. */
  path?: string;
}

/** A session as `sessions --json` prints it. */
export interface PrintedSession {
  username: string;
  session_type: string;
  tty: string;
  from_ip: string;
  start_timestamp_seconds: number | null;
  last_input_timestamp_seconds: number | null;
}

export function exporterPath(): string {
  const path = process.env["EXPORTER"] ?? BUILT;
  if (!existsSync(path)) throw new Error(`${path} is missing: run make build first`);
  return path;
}

/** A copy that users who may not enter this folder can run. */
export function copyExporter(folder: string): string {
  const copy = join(folder, "user_sessions_exporter");
  copyFileSync(exporterPath(), copy);
  return copy;
}

/** Runs the executable to its end. */
export function exporter(
  words: readonly string[],
  { env = {}, path = exporterPath(), ...options }: ExporterOptions = {},
): Promise<Result> {
  return run([path, ...words], { ...options, env: { PATH: process.env["PATH"]!, ...env } });
}

/** What `sessions --json` prints. */
export async function printedSessions(options?: ExporterOptions): Promise<PrintedSession[]> {
  const { code, stdout, stderr } = await exporter(["sessions", "--json"], options);
  if (code !== 0 || stderr !== "") throw new Error(`sessions ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as PrintedSession[];
}

/** The executable as it serves, on a free port of 127.0.0.1 unless the words say otherwise. */
export class Serving {
  private constructor(
    readonly running: Running,
    readonly url: string,
  ) {}

  static async start(
    words: readonly string[] = ["--web.listen-address=127.0.0.1:0"],
    { env = {}, path = exporterPath(), ...options }: ExporterOptions = {},
  ): Promise<Serving> {
    const environment = { PATH: process.env["PATH"]!, ...env };
    const running = new Running([path, ...words], { ...options, env: environment });
    const listening = running.says(/"listening on".*?address(?:=|":")([^\s"]+)/);
    // A server that does not get there must not outlive its test.
    const address = await listening.catch(async (error: unknown) => {
      await running.end();
      throw error;
    });
    return new Serving(running, `http://${address.replace(/^\[::\]|^0\.0\.0\.0/, "127.0.0.1")}`);
  }

  get(path: string, init?: RequestInit): Promise<Response> {
    return fetch(this.url + path, init);
  }

  /** Waits until it has taken its first sample. */
  async ready(): Promise<void> {
    await eventually("readiness", async () => (await this.get("/-/ready")).ok || undefined, 5_000);
  }

  async scrape(): Promise<Metrics> {
    const response = await this.get("/metrics");
    if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
    return parseMetrics(await response.text());
  }

  end(): Promise<number> {
    return this.running.end();
  }
}

/** What `/metrics` answers, as text, to the first who asks. */
export async function exposition(words: readonly string[]): Promise<{ text: string; log: string }> {
  const serving = await Serving.start(["--web.listen-address=127.0.0.1:0", ...words]);
  try {
    const text = await (await serving.get("/metrics")).text();
    return { text, log: serving.running.printed };
  } finally {
    await serving.end();
  }
}

/** The servers of one test file: started by its tests, ended after each of them. */
export class Servers {
  private readonly started: Serving[] = [];

  readonly start = async (...options: Parameters<typeof Serving.start>): Promise<Serving> => {
    const serving = await Serving.start(...options);
    this.started.push(serving);
    return serving;
  };

  readonly endAll = async (): Promise<void> => {
    await Promise.all(this.started.splice(0).map((serving) => serving.end()));
  };
}

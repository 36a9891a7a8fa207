/**
 * 20,000 failed attempts within the hour, 80,000 lines. A scrape afterwards reads what is new, and
 * neither its time nor its memory grows with the log: it is compared with a log of a tenth.
 */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { authLogLine, stormMessages } from "../helpers/attempt_lines.ts";
import { authCounts, authWords } from "../helpers/auth_counts.ts";
import { Servers, type Serving } from "../helpers/exporter.ts";
import { LogHost, describeWithLogs } from "../helpers/log_host.ts";
import { describeWith, findProgram } from "../helpers/needs.ts";
import { remove, scratchFolder } from "../helpers/run.ts";

setDefaultTimeout(90_000);

const LONG = 20_000;
const SHORT = LONG / 10;
const MORE = 100;
const ROUNDS = 5;

/** The least of several: what a busy machine adds is not ours. */
interface Cost {
  firstSeconds: number;
  moreSeconds: number;
  moreBytes: number;
  residentBytes: number;
}

/** What the process has read from files, by the kernel's account. */
function bytesRead(serving: Serving): number {
  const text = readFileSync(`/proc/${serving.running.pid}/io`, "utf8");
  return Number(/^rchar: (\d+)$/m.exec(text)![1]);
}

/** Scrapes a log of so many attempts, and again after each of several times that more are added. */
async function measure(
  serving: Serving,
  attempts: number,
  add: (first: number) => Promise<void> | void,
): Promise<Cost> {
  const duration = { collector: "auth" };
  const cost = { firstSeconds: 0, moreSeconds: Infinity, moreBytes: Infinity, residentBytes: 0 };
  const startedMs = performance.now();
  await serving.ready();
  cost.firstSeconds = (performance.now() - startedMs) / 1000;
  for (let round = 0; round <= ROUNDS; round++) {
    if (round > 0) await add(attempts + (round - 1) * MORE);
    const before = bytesRead(serving);
    const metrics = await serving.scrape();
    const seconds = metrics.value("user_sessions_collector_duration_seconds", duration)!;
    const counts = authCounts(metrics);
    expect(counts["1h"]).toBe(attempts + round * MORE);
    expect(counts["sources 1h"]).toBe(200);
    expect(counts["invalid_user"] ?? 0).toBe(round * MORE);
    if (round === 0) continue;
    cost.moreSeconds = Math.min(cost.moreSeconds, seconds);
    cost.moreBytes = Math.min(cost.moreBytes, bytesRead(serving) - before);
    cost.residentBytes = metrics.value("process_resident_memory_bytes")!;
  }
  return cost;
}

/** @param bytesMore what a longer log may cost to read */
function compare(name: string, short: Cost, long: Cost, bytesMore: number): void {
  for (const [attempts, cost] of [[SHORT, short] as const, [LONG, long] as const]) {
    const first = `first scrape ${(cost.firstSeconds * 1000).toFixed(0)} ms`;
    const more = `${MORE} more ${(cost.moreSeconds * 1000).toFixed(1)} ms and ${cost.moreBytes} bytes`;
    const resident = `${(cost.residentBytes / 2 ** 20).toFixed(0)} MiB resident`;
    console.log(`${name}, ${attempts} attempts: ${first}; ${more}; ${resident}`);
  }
  expect(long.moreBytes - short.moreBytes).toBeLessThan(bytesMore);
  expect(long.moreSeconds).toBeLessThan(short.moreSeconds * 3 + 0.01);
  expect(long.residentBytes - short.residentBytes).toBeLessThan(48 * 2 ** 20);
}

const servers = new Servers();
const start = (rootfs: string) => servers.start(authWords(rootfs));
afterEach(() => servers.endAll());

describeWith([], "a storm in a text log", () => {
  const folders: string[] = [];
  afterEach(() => folders.splice(0).forEach(remove));

  async function storm(attempts: number): Promise<Cost> {
    const folder = scratchFolder("storm");
    folders.push(folder);
    mkdirSync(join(folder, "var/log"), { recursive: true });
    const log = join(folder, "var/log/auth.log");
    const startMs = Date.now() - 3_500_000;
    const lines = Array.from(stormMessages(attempts), (message, i) =>
      authLogLine(startMs + (i * 3_400_000) / (attempts * 4), 1000 + (i >> 2), message),
    );
    writeFileSync(log, lines.join(""));
    return measure(await start(folder), attempts, (first) => {
      const more = Array.from(stormMessages(MORE, first), (message, i) =>
        authLogLine(Date.now(), 1000 + first + (i >> 2), message),
      );
      appendFileSync(log, more.join(""));
    });
  }

  test("costs what is new", async () => {
    const [short, long] = [await storm(SHORT), await storm(LONG)];
    compare("auth.log", short, long, 16 * 1024);
    const lines = Array.from(stormMessages(MORE, LONG), (message) => authLogLine(0, LONG, message));
    expect(long.moreBytes).toBeLessThan(lines.join("").length + 32 * 1024);
  });
});

describeWithLogs([], "a storm in the journal", () => {
  let host: LogHost | undefined;
  afterEach(() => host?.stop());

  async function startHost(): Promise<LogHost> {
    const started = await LogHost.start({ syslog: false });
    for (const name of ["sshd", "cron"]) {
      copyFileSync(findProgram("logger")!, join(started.folder, name));
    }
    return started;
  }

  /** Root's program of that name says it, so the trusted fields of sshd are those of the real one. */
  async function log(attempts: number, first: number, program = "sshd"): Promise<void> {
    const messages = join(host!.folder, "messages");
    writeFileSync(messages, [...stormMessages(attempts, first)].join("\n"));
    const logger = join(host!.folder, program);
    const words = ["-t", program, "-p", "auth.info", "-f", messages];
    const { code, stderr } = await host!.run([logger, ...words]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    await host!.settle();
  }

  async function storm(attempts: number): Promise<Cost> {
    host = await startHost();
    await log(attempts, 0);
    const serving = await start(host.rootfs("journal"));
    const cost = await measure(serving, attempts, (first) => log(MORE, first));
    await servers.endAll();
    await host.stop();
    host = undefined;
    return cost;
  }

  test("of other programs costs nothing", async () => {
    host = await startHost();
    const read = async () => {
      const serving = await start(host!.rootfs("journal"));
      await serving.ready();
      expect(authCounts(await serving.scrape())["1h"]).toBe(10);
      return bytesRead(serving);
    };
    await log(10, 0);
    const before = await read();
    await log(LONG, 0, "cron");
    const more = (await read()) - before;
    const size = Number(await host.shell("cat /var/log/journal/*/* | wc -c"));
    console.log(`journal of ${size} bytes with 10 attempts: ${more} bytes read for the others`);
    expect(size).toBeGreaterThan(20 * 2 ** 20);
    expect(more).toBeLessThan(2 ** 20);
  });

  test("costs what is new", async () => {
    compare("journal", await storm(SHORT), await storm(LONG), 2 ** 20);
  });
});

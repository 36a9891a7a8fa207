/**
 * Clients take all descriptors of the built executable, and more of them wait for the next that is closed:
 * whoever has a connection already gets all that a scrape gives, time after time.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { type Socket, connect } from "node:net";
import { Serving, exporterPath } from "../helpers/exporter.ts";
import { type Metrics, parseMetrics } from "../helpers/metrics_text.ts";
import { eventually } from "../helpers/run.ts";
import { type Tree, openTree } from "../helpers/tree.ts";

const LIMIT = 80;
const SCRAPES = 10;

/** Its own sockets and descriptors, and how long things took. */
const VOLATILE = /^(process_|user_sessions_(scrape|collector)_duration_seconds)/;

/** A quarter of them may be files of the real host's processes that stay open. */
const HOST_LIMIT = 800;
const PROCESSES = 60;

let tree: Tree;
let serving: Serving;
const sockets: Socket[] = [];

beforeAll(() => {
  tree = openTree("debian13");
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await serving.end();
});

afterAll(() => tree.dispose());

async function start(limit: number, ...flags: string[]): Promise<void> {
  const words = [exporterPath(), "--web.listen-address=127.0.0.1:0", ...flags];
  serving = await Serving.start(["-c", `ulimit -n ${limit}; exec "$@"`, "sh", ...words], {
    path: "/bin/sh",
    env: { BUN_JSC_useJIT: "0" },
  });
  await serving.ready();
}

/** Opens more connections than can be had: the rest wait in the backlog, each for a descriptor that is closed. */
async function takeAll(limit: number): Promise<void> {
  await Promise.all(Array.from({ length: limit + 40 }, open));
  await eventually("all descriptors to be taken", () => openDescriptors() === limit || undefined);
}

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(serving.url).port), "127.0.0.1");
    sockets.push(socket);
    socket.once("error", reject).once("connect", () => resolve(socket));
  });
}

/** A scrape on a connection that stays open. */
function scrape(socket: Socket): Promise<Metrics> {
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const take = (data: Buffer) => {
      answer = Buffer.concat([answer, data]);
      const head = answer.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(answer.toString())?.[1]);
      if (head < 0 || answer.length < head + 4 + length) return;
      socket.off("data", take);
      expect(answer.toString()).toStartWith("HTTP/1.1 200 ");
      resolve(parseMetrics(answer.toString("utf8", head + 4)));
    };
    socket.on("data", take);
    socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  });
}

const openDescriptors = () => readdirSync(`/proc/${serving.running.pid}/fd`).length;

const seriesOf = ({ samples }: Metrics) =>
  samples
    .filter(({ name }) => !VOLATILE.test(name))
    .map(({ name, labels }) => `${name}${JSON.stringify(labels)}`)
    .sort();

test("a scraper that is connected gets everything while others hold all descriptors", async () => {
  await start(LIMIT, `--path.rootfs=${tree.path}`);
  const scraper = await open();
  const before = seriesOf(await scrape(scraper));
  expect(before.join()).toMatch(/process_count.*session_active.*user_info/s);
  await takeAll(LIMIT);
  for (let i = 0; i < SCRAPES; i++) {
    const metrics = await scrape(scraper);
    expect(metrics.value("user_sessions_up")).toBe(1);
    expect(seriesOf(metrics)).toEqual(before);
    expect(openDescriptors()).toBe(LIMIT);
  }
  // Where this takes over five seconds, it is told that new connections wait.
  const complaints = serving.running.printed.match(/level=(WARN|ERROR) .*/g) ?? [];
  expect(complaints.filter((line) => !line.includes("new connections wait"))).toEqual([]);
  for (const socket of sockets.splice(0)) socket.destroy();
  expect((await serving.scrape()).value("user_sessions_up")).toBe(1);
});

test("files of processes stay open only where that leaves enough for the others", async () => {
  await start(HOST_LIMIT);
  const scraper = await open();
  await takeAll(HOST_LIMIT);
  // They are read from the first scrape on, and from the second on their files could stay open.
  const sleepers = Array.from({ length: PROCESSES }, () => Bun.spawn(["sleep", "600"]));
  try {
    for (let i = 0; i < 4; i++) {
      const metrics = await scrape(scraper);
      expect(metrics.value("user_sessions_collector_success", { collector: "processes" })).toBe(1);
      expect(metrics.value("user_sessions_processes_read")).toBeGreaterThan(PROCESSES);
    }
  } finally {
    for (const sleeper of sleepers) sleeper.kill();
  }
});

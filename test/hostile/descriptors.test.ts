/**
 * Clients take all descriptors of the built executable, and more of them wait for the next that is closed:
 * whoever has a connection already gets all that a scrape gives, time after time.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
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

let tree: Tree;
let serving: Serving;
const sockets: Socket[] = [];

beforeAll(async () => {
  tree = openTree("debian13");
  const words = [exporterPath(), "--web.listen-address=127.0.0.1:0", `--path.rootfs=${tree.path}`];
  serving = await Serving.start(["-c", `ulimit -n ${LIMIT}; exec "$@"`, "sh", ...words], {
    path: "/bin/sh",
    env: { BUN_JSC_useJIT: "0" },
  });
  await serving.ready();
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await serving.end();
  tree.dispose();
});

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
  const scraper = await open();
  const before = seriesOf(await scrape(scraper));
  expect(before.join()).toMatch(/process_count.*session_active.*user_info/s);
  // The rest wait in the backlog, each for a descriptor that is closed.
  await Promise.all(Array.from({ length: LIMIT + 40 }, open));
  await eventually("all descriptors to be taken", () => openDescriptors() === LIMIT || undefined);
  for (let i = 0; i < SCRAPES; i++) {
    const metrics = await scrape(scraper);
    expect(metrics.value("user_sessions_up")).toBe(1);
    expect(seriesOf(metrics)).toEqual(before);
    expect(openDescriptors()).toBe(LIMIT);
  }
  expect(serving.running.printed).not.toMatch(/level=(WARN|ERROR)/);
  for (const socket of sockets.splice(0)) socket.destroy();
  expect((await serving.scrape()).value("user_sessions_up")).toBe(1);
});

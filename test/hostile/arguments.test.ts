/**
 * 150 real processes named like a VNC server, with 1.9 MB of arguments each: all are asked for their titles in
 * each scrape, and the built executable, without the JIT, reads 4 KiB of each into the same memory.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { Serving } from "../helpers/exporter.ts";
import { eventually } from "../helpers/run.ts";
import { isLinux } from "../helpers/system.ts";

setDefaultTimeout(60_000);

const PROCESSES = 150;
/** The kernel's limits: 128 KiB for an argument, 2 MiB for all of them with their pointers. */
const LARGE = Array<string>(15).fill("x".repeat(127_000));
const EMPTY = Array<string>(100_000).fill("");

/** What a scrape may leave behind; the arguments are 280 MB. */
const MAX_GROWTH_BYTES = 8 * 1024 * 1024;
const MAX_ANONYMOUS_BYTES = 32 * 1024 * 1024;

const folder = mkdtempSync(`${tmpdir()}/arguments-`);
const children: Bun.Subprocess[] = [];
let serving: Serving;
let viewer: Socket;
const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });

beforeAll(async () => {
  symlinkSync("/bin/sh", `${folder}/Xvnc`);
  serving = await Serving.start(["--web.listen-address=127.0.0.1:0"], {
    env: { BUN_JSC_useJIT: "0" },
  });
  await serving.ready();
  viewer = connect(listener.port, "127.0.0.1");
});

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await serving.end();
  viewer.destroy();
  listener.stop(true);
  rmSync(folder, { recursive: true });
});

function anonymousBytes(): number {
  const status = readFileSync(`/proc/${serving.running.pid}/status`, "utf8");
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

const viewers = async () => (await serving.scrape()).value("user_sessions_vnc_connections");

test.skipIf(!isLinux)("arguments without end cost no memory", async () => {
  expect(await viewers()).toBe(0);
  const before = anonymousBytes();
  const display = `:${listener.port - 5900}`;
  for (let i = 0; i < PROCESSES; i++) {
    const words = [`${folder}/Xvnc`, "-c", "read line", "sh", display];
    const rest = i % 2 === 0 ? LARGE : EMPTY;
    children.push(Bun.spawn([...words, ...rest], { stdin: "pipe" }));
  }
  // Their titles were read: they prove that the port is a VNC server's.
  await eventually("the viewer", async () => (await viewers()) === 1 || undefined);
  const { length } = readFileSync(`/proc/${children.at(-2)!.pid}/cmdline`);
  expect(length).toBeGreaterThan(1_900_000);
  for (let scrape = 0; scrape < 10; scrape++) expect(await viewers()).toBe(1);
  const after = anonymousBytes();
  expect(after).toBeLessThan(MAX_ANONYMOUS_BYTES);
  expect(after - before).toBeLessThan(MAX_GROWTH_BYTES);
  console.log(`anonymous memory: ${before >> 10} KiB before, ${after >> 10} KiB after`);
});

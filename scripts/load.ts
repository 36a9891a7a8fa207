/**
 * A load test: 200 scrapers beside 2,000 clients that are silent, slow or do not read, on a host with a fork storm and
 * a flooded log. Then many scrapes while the host changes; the memory must not grow. Needs wrk. LOAD_SECONDS,
 * LOAD_SCRAPES and LOAD_CLIENTS set other numbers.
 *
 * bun scripts/load.ts
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Crowd } from "./load/crowd.ts";
import { ChangingHost } from "./load/host.ts";

const BINARY = "dist/user_sessions_exporter";
const PORT = 10943;
const URL = `://127.0.0.1:${PORT}/`;
const seconds = Number(process.env["LOAD_SECONDS"] ?? 30);
const scrapes = Number(process.env["LOAD_SCRAPES"] ?? 5_000);
const clients = Number(process.env["LOAD_CLIENTS"] ?? 2_000);
const SCRAPERS = 200;
const WARM_UP_SCRAPES = 1_000;
const LOOKS = 10;

/** MemoryMax= of the unit. */
const MAX_MEMORY_KB = 512 * 1024;
const MAX_GROWTH_KB = 1024;

const PASSWORD = "a long secret";

/** Sends a different wrong password in each request. */
const GUESS = `local n = 0
local id = tostring({}):sub(-6)
request = function()
  n = n + 1
  local guess = string.format("%s%08d", id, n)
  local plain = "prometheus:" .. guess
  local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  local encoded = plain:gsub("..?.?", function(three)
    local a, b, c = three:byte(1, 3)
    local bits = a * 65536 + (b or 0) * 256 + (c or 0)
    local text = ""
    for i = 3, 0, -1 do
      local index = math.floor(bits / 64 ^ i) % 64 + 1
      text = text .. alphabet:sub(index, index)
    end
    return c and text or (b and text:sub(1, 3) .. "=" or text:sub(1, 2) .. "==")
  end)
  wrk.headers["Authorization"] = "Basic " .. encoded
  return wrk.format("GET")
end
`;

for (const program of ["wrk", "openssl"]) {
  if (Bun.which(program)) continue;
  console.error(`scripts/load.ts: ${program} is missing: apt install ${program}`);
  process.exit(1);
}
const faults: string[] = [];
await crowded();
await guarded();
await lasting();
for (const fault of faults) console.error(`scripts/load.ts: ${fault}`);
process.exit(faults.length > 0 ? 1 : 0);

async function crowded(): Promise<void> {
  await withExporter(5_000, async (pid, host) => {
    const crowd = new Crowd(PORT, clients);
    await Bun.sleep(3_000);
    host.startForkStorm();
    const { answers, lost, p99Ms } = await wrk(SCRAPERS, seconds);
    const peakKb = statusKb(pid, "VmHWM");
    console.log(`${SCRAPERS} scrapers beside ${crowd.size} other clients, ${seconds} s`);
    console.log(`answers: ${answers}, lost: ${lost}, p99: ${p99Ms} ms`);
    console.log(`memory: ${statusKb(pid, "RssAnon")} KiB anonymous, ${peakKb} KiB at most in all`);
    console.log(`log lines: ${host.lines}`);
    crowd.end();
    if (lost > 0) faults.push(`${lost} answers were lost`);
    if (peakKb > MAX_MEMORY_KB) faults.push(`memory exceeded the unit's ${MAX_MEMORY_KB} KiB`);
  });
}

/** Scrapers with a password over TLS, beside as many clients that guess one. */
async function guarded(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "load-tls-"));
  const pem = ["-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  Bun.spawnSync(["openssl", "req", "-x509", ...key, ...pem, "-subj", "/CN=localhost"]);
  const hash = await Bun.password.hash(PASSWORD, { algorithm: "bcrypt", cost: 10 });
  const tls = "tls_server_config: {cert_file: cert.pem, key_file: key.pem}";
  writeFileSync(`${folder}/web.yml`, `${tls}\nbasic_auth_users: {prometheus: ${hash}}\n`);
  writeFileSync(`${folder}/guess.lua`, GUESS);
  const known = ["-H", `Authorization: Basic ${btoa(`prometheus:${PASSWORD}`)}`];
  await withExporter(
    0,
    async (pid) => {
      const alone = await wrk(50, seconds, "https", known);
      const guessing = wrk(50, seconds + 2, "https", ["-s", `${folder}/guess.lua`]);
      const beside = await wrk(50, seconds, "https", known);
      const { refused } = await guessing;
      console.log(`50 scrapers with a password over TLS: p99 ${alone.p99Ms} ms`);
      console.log(
        `the same beside 50 who guess: p99 ${beside.p99Ms} ms, ${refused} guesses refused`,
      );
      console.log(
        `one bcrypt: ${await bcryptMs(hash)} ms; memory: ${statusKb(pid, "RssAnon")} KiB`,
      );
      const lost = alone.lost + beside.lost;
      if (lost > 0) faults.push(`${lost} answers to who knows the password were lost`);
    },
    [`--web.config.file=${folder}/web.yml`],
  );
  rmSync(folder, { recursive: true });
}

async function bcryptMs(hash: string): Promise<string> {
  const startMs = performance.now();
  await Bun.password.verify("no", hash);
  return (performance.now() - startMs).toFixed(0);
}

async function lasting(): Promise<void> {
  await withExporter(100, async (pid) => {
    let done = 0;
    const scrapeUntil = async (target: number) => {
      while (done < target) {
        const { answers, lost } = await wrk(1, Math.min(10, seconds));
        done += answers;
        if (lost > 0) faults.push(`${lost} answers were lost`);
      }
      // A collection needs memory for a moment, so the lowest of several readings counts.
      let leastKb = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 20; i++) {
        done += (await wrk(1, 1)).answers;
        await Bun.sleep(200);
        leastKb = Math.min(leastKb, statusKb(pid, "RssAnon"));
      }
      return { leastKb, descriptors: readdirSync(`/proc/${pid}/fd`).length, scrapes: done };
    };
    const look = async (target: number) => {
      const held = await scrapeUntil(target);
      const { scrapes: count, leastKb, descriptors } = held;
      console.log(`after ${count} scrapes: ${leastKb} KiB anonymous, ${descriptors} descriptors`);
      return held;
    };
    const before = await look(WARM_UP_SCRAPES);
    // Also read in between: steady growth is a leak, a single growth is a cache.
    for (let i = 1; i < LOOKS; i++) await look((scrapes / LOOKS) * i);
    const after = await look(scrapes);
    if (after.leastKb - before.leastKb > MAX_GROWTH_KB) faults.push("memory grew by over 1 MiB");
    if (after.descriptors > before.descriptors) faults.push("descriptors leaked");
  });
}

/** Runs the exporter without the just-in-time compiler, as the unit does, on a host that changes. */
async function withExporter(
  linesPerSecond: number,
  use: (pid: number, host: ChangingHost) => Promise<void>,
  more: readonly string[] = [],
): Promise<void> {
  const host = new ChangingHost(linesPerSecond);
  const words = [
    `--path.rootfs=${host.folder}`,
    "--path.procfs=/proc",
    "--log.level=warn",
    ...more,
  ];
  const exporter = Bun.spawn([BINARY, `--web.listen-address=127.0.0.1:${PORT}`, ...words], {
    env: { PATH: process.env["PATH"]!, BUN_JSC_useJIT: "0" },
    stdout: "inherit",
    stderr: "inherit",
  });
  try {
    host.start();
    const scheme = more.length > 0 ? "https" : "http";
    const request = { tls: { rejectUnauthorized: false } } as RequestInit;
    // 401 is an answer, too.
    while (!(await fetch(`${scheme}${URL}-/ready`, request).catch(() => undefined))?.status) {
      if (exporter.exitCode !== null) throw new Error(`the exporter ended: ${exporter.exitCode}`);
      await Bun.sleep(100);
    }
    await use(exporter.pid, host);
    if (exporter.exitCode !== null) faults.push("the exporter ended");
  } finally {
    exporter.kill();
    host.end();
    await exporter.exited;
  }
}

interface Load {
  answers: number;
  /** The number of connection errors, timeouts and answers other than 200. */
  lost: number;
  /** The number of answers other than 200 among them. */
  refused: number;
  p99Ms: string;
}

async function wrk(
  connections: number,
  forSeconds: number,
  scheme = "http",
  more: readonly string[] = [],
): Promise<Load> {
  const threads = Math.min(2, connections);
  const load = [
    `-t${threads}`,
    `-c${connections}`,
    `-d${forSeconds}s`,
    "--timeout=10s",
    "--latency",
  ];
  const child = Bun.spawn([
    "wrk",
    ...load,
    "-H",
    "Accept-Encoding: gzip",
    ...more,
    `${scheme}${URL}metrics`,
  ]);
  const text = await child.stdout.text();
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text);
  const failed = (errors ?? []).slice(1).reduce((sum, count) => sum + Number(count), 0);
  const refused = number(/Non-2xx or 3xx responses: (\d+)/);
  return {
    answers: number(/(\d+) requests in/),
    lost: failed + refused,
    refused,
    p99Ms: milliseconds(/99%\s+(\S+)/.exec(text)?.[1] ?? ""),
  };
}

function milliseconds(text: string): string {
  const value = Number.parseFloat(text);
  const unitMs = text.endsWith("us") ? 1e-3 : text.endsWith("ms") ? 1 : 1e3;
  return (value * unitMs).toFixed(1);
}

function statusKb(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? Number.NaN);
}

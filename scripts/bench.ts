/**
 * Measures the CPU that one scrape costs on a host with many processes, against a C program that does
 * no more than the system calls such a scrape can't do without. All are measured in turns in one run,
 * because machines are shared and noisy; the ratio is what counts.
 *
 *   bun scripts/bench.ts [PROCESSES] [ROUNDS]
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

const processes = Number(process.argv[2] ?? 3000);
const rounds = Number(process.argv[3] ?? 15);
const BINARY = "dist/user_sessions_exporter";
const TICKS_PER_SECOND = 100;
/** One scrape uses less CPU than one of the kernel's ticks can show. */
const SCRAPES_PER_ROUND = 10;

interface Exporter {
  name: string;
  port: number;
  env: Record<string, string>;
  pid: number;
  scrapeSeconds: number[];
  ratios: number[];
}

/** The unit forbids the runtime to compile, which this does too. */
const exporters: Exporter[] = [
  exporterWith("as under the unit", 10941, { BUN_JSC_useJIT: "0" }),
  exporterWith("started by hand", 10942, {}),
];

const folder = mkdtempSync(`${tmpdir()}/bench-`);
const children: Bun.Subprocess[] = [];
try {
  const walkProc = compile("walk_proc");
  const idle = Bun.spawn([compile("idle_processes"), String(processes)], { stdout: "pipe" });
  children.push(idle);
  await idle.stdout.getReader().read();
  for (const exporter of exporters) await start(exporter);
  const walkSeconds: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const exporter of exporters) {
      const before = cpuSeconds(exporter.pid);
      let walked = 0;
      for (let i = 0; i < SCRAPES_PER_ROUND; i++) {
        await scrape(exporter);
        // One pass a process: both begin with the caches as the other left them.
        walked += Number(Bun.spawnSync([walkProc]).stdout.toString()) / SCRAPES_PER_ROUND;
      }
      const scraped = (cpuSeconds(exporter.pid) - before) / SCRAPES_PER_ROUND;
      if (round === 0) continue; // The runtime compiles the hot loops while it warms up.
      walkSeconds.push(walked);
      exporter.scrapeSeconds.push(scraped);
      exporter.ratios.push(scraped / walked);
    }
  }
  console.log(`${processes} processes, median of ${rounds} rounds of ${SCRAPES_PER_ROUND} scrapes`);
  console.log(`C program:         ${milliseconds(walkSeconds)} ms of CPU`);
  for (const exporter of exporters) {
    const rss = /^process_resident_memory_bytes (\S+)/m.exec(await scrape(exporter))?.[1];
    const { name, scrapeSeconds, ratios } = exporter;
    const cost = `${milliseconds(scrapeSeconds)} ms of CPU a scrape, ratio ${median(ratios).toFixed(2)}`;
    console.log(`${name}: `.padEnd(19) + `${cost}, ${(Number(rss) / 1e6).toFixed(0)} MB resident`);
  }
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
}

function compile(name: string): string {
  const output = `${folder}/${name}`;
  const { success, stderr } = Bun.spawnSync(["cc", "-O2", "-o", output, `scripts/bench/${name}.c`]);
  if (!success) throw new Error(`cc failed: ${stderr.toString()}`);
  return output;
}

function exporterWith(name: string, port: number, env: Record<string, string>): Exporter {
  return { name, port, env, pid: 0, scrapeSeconds: [], ratios: [] };
}

async function start(exporter: Exporter): Promise<void> {
  const { port, env } = exporter;
  const child = Bun.spawn([BINARY, `--web.listen-address=127.0.0.1:${port}`], {
    env: { ...process.env, ...env },
    stderr: "ignore",
  });
  children.push(child);
  exporter.pid = child.pid;
  for (let i = 0; i < 100; i++) {
    const response = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => undefined);
    if (response?.ok) return;
    await Bun.sleep(100);
  }
  throw new Error(`nothing answers on port ${port}`);
}

async function scrape({ port }: Exporter): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

/** All threads' user and system time (man 5 proc_pid_stat). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function milliseconds(seconds: number[]): string {
  return (median(seconds) * 1000).toFixed(1);
}

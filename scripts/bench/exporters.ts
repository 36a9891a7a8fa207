/** The exporters to measure: this one, and other installed ones. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { FOLDER, cpuOf, start } from "./programs.ts";

export const BINARY = "dist/user_sessions_exporter";

/** Turns the just-in-time compiler off, as the unit does. */
export const WITHOUT_JIT = { BUN_JSC_useJIT: "0" };

export interface Exporter {
  pid: number;
  child: Bun.Subprocess;
  scrape: () => Promise<string>;
}

let sockets = 0;

/** Starts this exporter on its own socket. @param around a command to run it under, for example in a namespace */
export async function startExporter(
  env: Record<string, string>,
  { flags = [], around = [] }: { flags?: readonly string[]; around?: readonly string[] } = {},
): Promise<Exporter> {
  const socket = `${FOLDER}/${++sockets}.sock`;
  const address = `--web.listen-address=unix:${socket}`;
  const child = start([...around, BINARY, address, ...flags], env);
  const get = (path: string) => fetch(`http://localhost${path}`, { unix: socket });
  for (let i = 0; ; i++) {
    const response = await get("/-/ready").catch(() => undefined);
    if (response?.ok) break;
    if (i >= 300) throw new Error("the exporter does not answer");
    await Bun.sleep(100);
  }
  return { pid: pidOf(address), child, scrape: async () => (await get("/metrics")).text() };
}

/** The pid of the process with this argument, not of the program that started it. */
function pidOf(argument: string): number {
  for (const name of readdirSync("/proc")) {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "latin1").split("\0");
      if (words[0] === BINARY && words.includes(argument)) return Number(name);
    } catch {
      // No process, or one that has ended.
    }
  }
  throw new Error(`no process has the argument ${argument}`);
}

/** An exporter that Debian packages, if it is installed. */
export async function startPeer(name: "node" | "process"): Promise<Exporter | undefined> {
  const program = Bun.which(`prometheus-${name}-exporter`);
  if (program === null) return undefined;
  const port = name === "node" ? 19_100 : 19_256;
  const config = `${FOLDER}/process.yml`;
  writeFileSync(config, 'process_names:\n  - name: "{{.Username}}"\n    cmdline: [".*"]\n');
  const flags = {
    node: ["--collector.disable-defaults", "--collector.processes", "--collector.logind"],
    process: ["-config.path", config, "-threads=false"],
  }[name];
  const child = start([program, `--web.listen-address=127.0.0.1:${port}`, ...flags]);
  const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  for (let i = 0; i < 100; i++) {
    if (await scrape().catch(() => undefined)) return { pid: child.pid, child, scrape };
    await Bun.sleep(100);
  }
  throw new Error(`${program} does not answer`);
}

/** The CPU milliseconds of one scrape. @param prepare called before each scrape */
export async function cpuOfScrape(
  { pid, scrape }: Exporter,
  scrapes: number,
  prepare: () => Promise<void> = async () => {},
): Promise<number> {
  let used = 0;
  for (let i = 0; i < scrapes; i++) {
    await prepare();
    const before = cpuOf(pid);
    await scrape();
    used += cpuOf(pid) - before;
  }
  return used / scrapes;
}

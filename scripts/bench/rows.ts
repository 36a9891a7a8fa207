/** What the benchmark measures, and on what hosts. */
import {
  BINARY,
  type Exporter,
  WITHOUT_JIT,
  cpuOfScrape,
  startExporter,
  startPeer,
} from "./exporters.ts";
import { Groups, wake } from "./groups.ts";
import {
  FOLDER,
  compile,
  cpuOfRun,
  cpuOfWalk,
  end,
  median,
  memoryOf,
  startAndWait,
} from "./programs.ts";

export interface Row {
  what: string;
  value: string;
  target?: string;
}

/** One scrape uses less CPU than can be told from what else the machine does. */
const SCRAPES = 5;

const NOTHING = async () => {};

/** Each measure in turns, after a first round that does not count. @returns a list for each */
async function inTurns(
  rounds: number,
  measures: readonly (() => Promise<number> | number)[],
): Promise<number[][]> {
  const results = measures.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, measure] of measures.entries()) {
      const value = await measure();
      if (round > 0) results[i]!.push(value);
    }
  }
  return results;
}

/** Scrapes against the C program that reads every process, as ratios; the host's processes are woken before each. */
async function againstWalk(
  rounds: number,
  exporters: readonly Exporter[],
  before: () => Promise<void> = NOTHING,
): Promise<{ ratios: number[]; walkMs: number }> {
  const walk = () => Array.from({ length: SCRAPES }, cpuOfWalk).reduce((a, b) => a + b) / SCRAPES;
  const scrapes = exporters.map((it) => () => cpuOfScrape(it, SCRAPES, before));
  const [walks, ...costs] = await inTurns(rounds, [walk, ...scrapes]);
  const ratios = costs.map((ms) => median(ms.map((value, round) => value / walks![round]!)));
  return { ratios, walkMs: median(walks!) };
}

const ratio = (value: number) => value.toFixed(2);
const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
const mebibytes = (value: number) => `${value.toFixed(1)} MiB`;

/** In this way no control group is found: a rootfs that is empty but for `/proc`. */
function withoutGroups(): readonly string[] {
  Bun.spawnSync(["mkdir", "-p", `${FOLDER}/empty`]);
  return [`--path.rootfs=${FOLDER}/empty`, "--path.procfs=/proc"];
}

/** Processes that sleep, some of which may be born in groups. @returns the first of each group */
async function idleProcesses(count: number, groups: readonly string[] = []) {
  const command = [compile("idle_processes"), String(count), ...groups];
  const { child, numbers } = await startAndWait(command);
  return { child, firsts: numbers.slice(0, groups.length) };
}

async function processes(rounds: number): Promise<Row[]> {
  return [...(await processesInGroups(rounds)), ...(await processesWithoutGroups(rounds))];
}

async function processesInGroups(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  const byRow = async (
    what: string,
    exporter: Exporter,
    target: string,
    before: () => Promise<void>,
  ) => {
    const { ratios } = await againstWalk(rounds, [exporter], before);
    rows.push({ what, value: ratio(ratios[0]!), target });
  };
  {
    using groups = Groups.make("bench");
    if (!groups) return [];
    const { child, firsts } = await idleProcesses(3000, groups.paths(100));
    const exporter = await startExporter(WITHOUT_JIT);
    const five = () => wake(firsts.slice(0, 5));
    const few = "3,000 processes in 100 groups, 5 of which run: scrape / C program";
    await byRow(few, exporter, "0.30", five);
    await byRow("the same, every group running", exporter, "1.25", () => wake(firsts));
    const { resident, anonymous } = memoryOf(exporter.pid);
    const value = `${mebibytes(anonymous)} (resident ${mebibytes(resident)})`;
    rows.push({ what: "anonymous memory with 3,000 processes", value, target: "7 MiB" });
    await end(exporter.child);
    await end(child);
  }
  {
    using groups = Groups.make("bench-each");
    if (!groups) return rows;
    const { child, firsts } = await idleProcesses(3000, groups.paths(3000));
    const exporter = await startExporter(WITHOUT_JIT);
    const each = "3,000 processes, one in each group, every group running";
    await byRow(each, exporter, "1.35", () => wake(firsts));
    await end(exporter.child);
    await end(child);
  }
  return rows;
}

async function processesWithoutGroups(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  const { child } = await idleProcesses(3000);
  const flags = withoutGroups();
  const names = [
    ["3,000 processes without control groups: scrape / C program", "1.35"],
    ["the same with the just-in-time compiler", "1.15"],
    ["the same: prometheus-node-exporter (processes, logind)", undefined],
    ["the same: prometheus-process-exporter, by user", undefined],
  ] as const;
  const exporters = [
    await startExporter(WITHOUT_JIT, { flags }),
    await startExporter({}, { flags }),
    await startPeer("node"),
    await startPeer("process"),
  ];
  const present = exporters.filter((it) => it !== undefined);
  const { ratios, walkMs } = await againstWalk(rounds, present);
  for (const [i, exporter] of present.entries()) {
    const [what, target] = names[exporters.indexOf(exporter)]!;
    rows.push({ what, value: ratio(ratios[i]!), ...(target === undefined ? {} : { target }) });
    await end(exporter.child);
  }
  rows.push({ what: "the C program with 3,000 processes", value: milliseconds(walkMs) });
  await end(child);
  return rows;
}

async function emptyGroups(rounds: number): Promise<Row[]> {
  const { child, numbers } = await startAndWait([compile("idle_processes"), "1"]);
  const without = await startExporter(WITHOUT_JIT);
  const before = await inTurns(rounds, [() => cpuOfScrape(without, SCRAPES)]);
  await end(without.child);
  let added = 0;
  {
    using groups = Groups.make("bench");
    if (!groups) return [];
    groups.fill(20_000, numbers[0]!);
    const exporter = await startExporter(WITHOUT_JIT);
    const running = () => wake(numbers);
    const after = await inTurns(rounds, [() => cpuOfScrape(exporter, SCRAPES, running)]);
    added = median(after[0]!) - median(before[0]!);
    await end(exporter.child);
  }
  await end(child);
  const what = "20,000 empty groups made by one user, one of them running: added to a scrape";
  return [{ what, value: milliseconds(added), target: "10 ms" }];
}

async function sockets(rounds: number): Promise<Row[]> {
  const host = (command: string) =>
    ["unshare", "--net", "bash", "-c", `ip link set lo up; ${command} exec "$@"`, "bash"] as const;
  const program = `${compile("many_sockets")} 20000 10 > ${FOLDER}/sockets & until [ -s ${FOLDER}/sockets ]; do sleep 0.1; done;`;
  const busy = await startExporter(WITHOUT_JIT, { around: host(program) });
  const quiet = await startExporter(WITHOUT_JIT, { around: host("") });
  const inside = ["nsenter", "-t", String(busy.pid), "-n", "cat"];
  const cat = () =>
    cpuOfRun([...inside, "/proc/net/tcp", "/proc/net/tcp6"]) - cpuOfRun([...inside, "/dev/null"]);
  const [withSockets, without, cats] = await inTurns(rounds, [
    () => cpuOfScrape(busy, SCRAPES),
    () => cpuOfScrape(quiet, SCRAPES),
    cat,
  ]);
  const ratios = cats!.map((ms, round) => (withSockets![round]! - without![round]!) / ms);
  await end(busy.child);
  await end(quiet.child);
  const what = "what 20,000 sockets, 10 of them SSH, add to a scrape / `cat` of both tables";
  return [{ what, value: ratio(median(ratios)), target: "1.2" }];
}

async function version(rounds: number): Promise<Row[]> {
  const empty = `${FOLDER}/empty_program`;
  await Bun.write(`${FOLDER}/empty.ts`, "");
  await Bun.build({
    entrypoints: [`${FOLDER}/empty.ts`],
    bytecode: true,
    compile: { outfile: empty, autoloadDotenv: false, autoloadBunfig: false },
  });
  const wall = (command: string[]) => () => {
    const startMs = performance.now();
    Bun.spawnSync(command);
    return performance.now() - startMs;
  };
  const measures = [wall([BINARY, "--version"]), wall([empty])];
  const [versions, empties] = await inTurns(rounds * 5, measures);
  const value = `${milliseconds(median(versions!))}, the empty program ${milliseconds(median(empties!))}`;
  const what = "`--version`, wall time, beside an empty program compiled the same way";
  return [{ what, value, target: "2.5 times" }];
}

/** A host of 70 processes in namespaces of its own. */
async function smallHost(rounds: number): Promise<Row[]> {
  const idle = `${compile("idle_processes")} 66 > /dev/null &`;
  const inside = ["unshare", "--pid", "--fork", "--mount-proc", "--net", "--kill-child"];
  const around = [...inside, "bash", "-c", `ip link set lo up; ${idle} exec "$@"`, "bash"];
  const rows: Row[] = [];
  for (const [env, memory, cpu] of [
    [WITHOUT_JIT, "37 / 5.5 MiB", "2.5 ms"],
    [{}, "50 MiB resident", undefined],
  ] as const) {
    const exporter = await startExporter(env, { around });
    const kind = "BUN_JSC_useJIT" in env ? "" : ", with the just-in-time compiler";
    const [costs] = await inTurns(rounds, [() => cpuOfScrape(exporter, 20)]);
    for (let i = 0; i < 1000; i++) await exporter.scrape();
    const { resident, anonymous } = memoryOf(exporter.pid);
    // As long as Prometheus waits.
    await Bun.sleep(15_000);
    const later = memoryOf(exporter.pid);
    const value = `${mebibytes(resident)} / ${mebibytes(anonymous)}, 15 s later ${mebibytes(later.resident)} / ${mebibytes(later.anonymous)}`;
    rows.push(
      {
        what: `resident / anonymous after 1,000 scrapes in a row, 70 processes${kind}`,
        value,
        target: memory,
      },
      {
        what: `a scrape of a quiet host with 70 processes${kind}`,
        value: milliseconds(median(costs!)),
        ...(cpu === undefined ? {} : { target: cpu }),
      },
    );
    await end(exporter.child);
  }
  return rows;
}

async function manyProcesses(rounds: number): Promise<Row[]> {
  const costs: number[] = [];
  for (const count of [3000, 20_000]) {
    using groups = Groups.make(`bench-${count}`);
    if (!groups) return [];
    const { child, firsts } = await idleProcesses(count, groups.paths(100));
    const exporter = await startExporter(WITHOUT_JIT);
    const five = () => wake(firsts.slice(0, 5));
    const [scrapes] = await inTurns(rounds, [() => cpuOfScrape(exporter, SCRAPES, five)]);
    costs.push(median(scrapes!));
    const lists = Array.from({ length: 20 }, () => cpuOfRun(["ls", "-U", "/proc"]));
    costs.push(median(lists));
    await end(exporter.child);
    await end(child);
  }
  const [few, fewList, many, manyList] = costs as [number, number, number, number];
  const value = `${milliseconds(many - few)}; listing /proc grows by ${milliseconds(manyList - fewList)}`;
  const what = "20,000 processes in 100 groups, 5 of which run: growth of a scrape against 3,000";
  return [{ what, value, target: "listing /proc and reading 850 processes more" }];
}

export const ROWS: Readonly<Record<string, (rounds: number) => Promise<Row[]>>> = {
  processes,
  emptyGroups,
  manyProcesses,
  sockets,
  version,
  smallHost,
};

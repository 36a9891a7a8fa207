/** What a scrape costs on a host of 3,000 processes, against a C program that reads each of them, and the peers. */
import { type Exporter, WITHOUT_JIT, startExporter, startPeer } from "../exporters.ts";
import { Groups, wake } from "../groups.ts";
import {
  type Row,
  againstWalk,
  idleProcesses,
  mebibytes,
  milliseconds,
  ratio,
} from "../measure.ts";
import { FOLDER, end, memoryOf, settle } from "../programs.ts";

export async function processes(rounds: number): Promise<Row[]> {
  const inGroups = await processesInGroups(rounds);
  await settle();
  return [...inGroups, ...(await processesWithoutGroups(rounds))];
}

async function processesInGroups(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  const byRow = async (
    what: string,
    exporter: Exporter,
    target: string | undefined,
    before: () => Promise<void>,
  ) => {
    const { ratios } = await againstWalk(rounds, [exporter], before);
    rows.push({ what, value: ratio(ratios[0]!), ...(target === undefined ? {} : { target }) });
  };
  {
    using groups = Groups.make("bench");
    if (!groups) return [];
    const { child, firsts } = await idleProcesses(3000, groups.paths(100));
    const exporter = await startExporter(WITHOUT_JIT);
    const five = () => wake(firsts.slice(0, 5));
    let older = Bun.spawn(["sleep", "60"]);
    const few = "3,000 processes in 100 groups, 5 of which run: scrape / C program";
    await byRow(few, exporter, "0.30", five);
    const started = "the same, 5 programs started and ended before each scrape";
    await byRow(started, exporter, undefined, async () => {
      for (let i = 0; i < 5; i++) Bun.spawnSync(["true"]);
      await five();
    });
    const ended = "the same, a process older than the last scrape ended before each";
    await byRow(ended, exporter, undefined, async () => {
      older.kill();
      await older.exited;
      older = Bun.spawn(["sleep", "60"]);
      await five();
    });
    older.kill();
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

/** Options that hide control groups: an empty rootfs, except for `/proc`. */
function withoutGroups(): readonly string[] {
  Bun.spawnSync(["mkdir", "-p", `${FOLDER}/empty`]);
  return [`--path.rootfs=${FOLDER}/empty`, "--path.procfs=/proc"];
}

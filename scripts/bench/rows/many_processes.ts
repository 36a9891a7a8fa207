/** How a scrape grows with the number of processes. */
import { WITHOUT_JIT, cpuOfScrape, startExporter } from "../exporters.ts";
import { Groups, wake } from "../groups.ts";
import { type Row, SCRAPES, idleProcesses, inTurns, milliseconds } from "../measure.ts";
import { cpuOfRun, end, median, settle } from "../programs.ts";

export async function manyProcesses(rounds: number): Promise<Row[]> {
  const costs: number[] = [];
  for (const count of [3000, 20_000]) {
    await settle();
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

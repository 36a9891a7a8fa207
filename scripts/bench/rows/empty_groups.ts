/** What a user who creates very many groups adds to the cost of a scrape. */
import { type Exporter, WITHOUT_JIT, cpuOfScrape, startExporter } from "../exporters.ts";
import { Groups, wake } from "../groups.ts";
import { type Row, SCRAPES, inTurns, milliseconds } from "../measure.ts";
import { compile, end, median, settle, startAndWait } from "../programs.ts";

/** The cost of a scrape with `count` more groups, the last of which has a running process. */
async function cost(rounds: number, exporter: Exporter, count: number, pid: number) {
  using groups = Groups.make("bench");
  if (!groups) return undefined;
  groups.fill(count, pid);
  const [scrapes] = await inTurns(rounds, [
    () => cpuOfScrape(exporter, SCRAPES, () => wake([pid])),
  ]);
  return median(scrapes!);
}

export async function emptyGroups(rounds: number): Promise<Row[]> {
  const added: number[] = [];
  for (let i = 0; i < 3; i++) {
    const costs: (number | undefined)[] = [];
    // A group is removed with its process, so each needs its own.
    for (const count of [1, 20_000]) {
      const { child, numbers } = await startAndWait([compile("idle_processes"), "1"]);
      await settle();
      const exporter = await startExporter(WITHOUT_JIT);
      costs.push(await cost(rounds, exporter, count, numbers[0]!));
      await end(exporter.child);
      await end(child);
    }
    const [few, many] = costs;
    if (few === undefined || many === undefined) return [];
    added.push(many - few);
  }
  const what = "20,000 empty groups made by one user, one of them running: added to a scrape";
  return [{ what, value: milliseconds(median(added)), target: "10 ms" }];
}

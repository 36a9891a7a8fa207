/** Measures comparisons, and formats the results. */
import { type Exporter, cpuOfScrape } from "./exporters.ts";
import { compile, cpuOfWalk, median, startAndWait } from "./programs.ts";

export interface Row {
  what: string;
  value: string;
  target?: string;
}

/** Scrapes measured together: one alone uses too little CPU to measure on a busy machine. */
export const SCRAPES = 5;

const NOTHING = async () => {};

/** Runs the measurements alternately, after a first round that does not count. @returns a list for each */
export async function inTurns(
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
export async function againstWalk(
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

/** Starts sleeping processes, if wanted within groups. @returns the first of each group */
export async function idleProcesses(count: number, groups: readonly string[] = []) {
  const command = [compile("idle_processes"), String(count), ...groups];
  const { child, numbers } = await startAndWait(command);
  return { child, firsts: numbers.slice(0, groups.length) };
}

export const ratio = (value: number) => value.toFixed(2);
export const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
export const mebibytes = (value: number) => `${value.toFixed(1)} MiB`;

import type { Family } from "../../metrics/metric.ts";
import { CPU_SECONDS } from "../../collectors/processes.ts";
import type { Config } from "../../config.ts";
import { render } from "../../metrics/render.ts";
import { setUp } from "../setup.ts";

/** Prints one collection, for the textfile collector, for cron, for looking at. */
export async function printMetrics(config: Config): Promise<void> {
  const { collection } = setUp(config);
  // CPU ratios need two samples; the collection waits for as long as they need between them.
  await collection.prime();
  const families = (await collection.collect()).filter((family) => outlastsRun(family, config));
  process.stdout.write(await render(families, "text"));
}

/**
 * Whether a metric means anything after this run. Counters would begin anew with each run, but for those
 * of logins where a state directory keeps them. `process_*` would be of a process that is gone, and clash
 * with node_exporter's own, which shows the file.
 */
function outlastsRun({ name, type }: Family, { stateDirectory }: Config): boolean {
  if (name.startsWith("process_")) return false;
  return type !== "counter" || (stateDirectory !== undefined && name !== CPU_SECONDS.name);
}

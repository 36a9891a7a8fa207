import { writeOutput } from "../../standard_streams.ts";
import type { Family } from "../../metrics/metric.ts";
import type { Config } from "../../config.ts";
import { render } from "../../metrics/render.ts";
import { setUp } from "../setup.ts";

/** Prints one collection, for the textfile collector, for cron, for looking at. */
export async function printMetrics(config: Config): Promise<void> {
  const { collection, host } = setUp(config);
  // CPU ratios need two samples; the collection waits for as long as they need between them.
  await collection.prime();
  const families = (await collection.collect()).filter((family) => outlastsRun(family, config));
  // The next run goes on in the logs where this one stops, and its counters with what this one says.
  await host.authLogs.stop();
  host.saveState("now");
  writeOutput(await render(families, "text"));
}

/**
 * Whether a metric means anything after this run. `process_*` would clash with node_exporter's own, too,
 * when that shows the file.
 */
function outlastsRun({ definition }: Family, { stateDirectory }: Config): boolean {
  if (definition.lifetime === "saved") return stateDirectory !== undefined;
  return definition.lifetime === "host";
}

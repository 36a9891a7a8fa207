import { writeOutput } from "../../standard_streams.ts";
import type { Family } from "../../metrics/metric.ts";
import type { Config } from "../../config.ts";
import { render } from "../../metrics/render.ts";
import { setUp } from "../setup.ts";

/** Prints one collection, for the textfile collector, for cron, or to read. */
export async function printMetrics(config: Config): Promise<void> {
  const { collection, host } = setUp(config);
  // CPU ratios need two samples, so the collection waits between them.
  await collection.prime();
  const families = (await collection.collect()).filter((family) => outlastsRun(family, config));
  // The next run continues in the logs where this one stops, with the counters of this one.
  await host.authLogs.stop();
  host.saveState("now");
  writeOutput(await render(families, "text"));
}

/**
 * Whether a metric makes sense after this run. `process_*` would also clash with node_exporter's own in the textfile
 * collector.
 */
function outlastsRun({ definition }: Family, { stateDirectory }: Config): boolean {
  if (definition.lifetime === "saved") return stateDirectory !== undefined;
  return definition.lifetime === "host";
}

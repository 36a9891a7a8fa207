import type { Config } from "../config.ts";
import { render } from "../metrics/render.ts";
import { setUp } from "./setup.ts";

/** Prints one collection, for the textfile collector, for cron, for looking at. */
export async function printMetrics(config: Config): Promise<void> {
  const { collection } = setUp(config);
  // CPU ratios need two samples; the collection waits for as long as they need between them.
  await collection.prime();
  process.stdout.write(await render(await collection.collect(), "text"));
}

import type { BuildInfo } from "./build_info.ts";
import { checkFamilies } from "../../metrics/check.ts";
import { type Family, byLabel, gauge, single } from "../../metrics/metric.ts";
import type { HostState } from "./host_state.ts";
import type { Collector } from "../registry.ts";
import { Snapshot } from "./snapshot.ts";
import { selfFamilies } from "./self.ts";

const UP = gauge("up", "1 when every collector succeeded, 0 when one failed.");
export const SCRAPE_DURATION = gauge("scrape_duration_seconds", "Wall time of this collection.");
export const COLLECTOR_SUCCESS = gauge(
  "collector_success",
  "1 when the collector succeeded.",
  "collector",
);
const COLLECTOR_DURATION = gauge(
  "collector_duration_seconds",
  "Wall time of the collector; what several share counts for the first that needs it.",
  "collector",
);
const SOURCE_AVAILABLE = gauge(
  "source_available",
  "1 where the exporter can read this source, 0 where it is missing, forbidden or broken.",
  "source",
);

const WEB_CONFIG_RELOAD = gauge(
  "web_config_reload_success",
  "1 when the web config file was read as it is now, 0 while the settings before it stay.",
);

/** Collects from one host; collections that are asked for while one runs share it. */
export class Collection {
  private running: Promise<Family[]> | undefined;
  private priming: Promise<unknown> | undefined;

  constructor(
    private readonly host: HostState,
    private readonly collectors: readonly Collector[],
    private readonly build: BuildInfo,
  ) {}

  /**
   * Takes the first sample, which CPU ratios are measured against, and reads what logs hold from before.
   * Collections that are asked for meanwhile wait for it.
   */
  async prime(): Promise<void> {
    this.priming = this.run();
    try {
      await this.priming;
    } finally {
      this.priming = undefined;
    }
  }

  /** All metrics of the host now; a collector that fails is missing, and `up` is 0. */
  collect(): Promise<Family[]> {
    this.running ??= this.runPrimed().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async runPrimed(): Promise<Family[]> {
    await this.priming?.catch(() => undefined);
    return this.run();
  }

  private async run(): Promise<Family[]> {
    const startMs = performance.now();
    const snapshot = new Snapshot(this.host);
    const families: Family[] = [];
    const names = new Set<string>();
    const success: [string, number][] = [];
    const duration: [string, number][] = [];
    for (const collector of this.collectors) {
      const beganMs = performance.now();
      const collected = await this.attempt(collector, snapshot, families, names);
      families.push(...(collected ?? []));
      success.push([collector.name, collected ? 1 : 0]);
      duration.push([collector.name, (performance.now() - beganMs) / 1000]);
    }
    const sources = this.host
      .probeSources()
      .map(({ info, state }): [string, number] => [info.name, state.available ? 1 : 0]);
    return [
      ...families,
      byLabel(COLLECTOR_SUCCESS, success),
      byLabel(COLLECTOR_DURATION, duration),
      byLabel(SOURCE_AVAILABLE, sources),
      single(WEB_CONFIG_RELOAD, this.host.webConfigReloadSuccess?.()),
      ...selfFamilies(this.build),
      single(UP, success.every(([, value]) => value === 1) ? 1 : 0),
      single(SCRAPE_DURATION, (performance.now() - startMs) / 1000),
    ];
  }

  private async attempt(
    collector: Collector,
    snapshot: Snapshot,
    collected: readonly Family[],
    names: Set<string>,
  ): Promise<Family[] | undefined> {
    const what = `the collector ${collector.name}`;
    try {
      const families = checkFamilies(await collector.collect(snapshot, collected), names);
      this.host.faults.end(what);
      return families;
    } catch (error) {
      this.host.faults.begin(what, error);
      return undefined;
    }
  }
}

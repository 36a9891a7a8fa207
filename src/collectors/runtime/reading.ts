import type { Settings } from "../../config.ts";
import { checkFamilies } from "../../metrics/check.ts";
import type { Family } from "../../metrics/metric.ts";
import type { Deadline } from "../../sources/deadline.ts";
import type { Collector } from "../registry.ts";
import type { HostState } from "./host_state.ts";
import { Snapshot } from "./snapshot.ts";

/** What came of one collector. */
export interface Attempt {
  /** Undefined when it failed, or was not done in time. */
  readonly families: readonly Family[] | undefined;
  readonly seconds: number;
}

/** One reading of the host, which overlapping collections with different filters share. */
export class Reading {
  private readonly snapshot: Snapshot;
  private readonly made = new Map<Collector, Promise<Family[]>>();
  /** Of the metrics that were made so far. */
  private readonly names = new Set<string>();

  /** @param deadline that of the collection that begins it */
  constructor(
    private readonly host: HostState,
    deadline: Deadline,
  ) {
    this.snapshot = new Snapshot(host, deadline);
  }

  /**
   * Whether another collection may share it, which then lasts as long as the one that has most time.
   *
   * @returns false once its time is over: what is not read by then never will be
   */
  admits(deadline: Deadline): boolean {
    const { remainingMs } = this.snapshot.deadline;
    if (remainingMs === 0) return false;
    if (deadline.remainingMs > remainingMs) this.snapshot.deadline = deadline;
    return true;
  }

  get settings(): Settings {
    return this.snapshot.settings;
  }

  /**
   * Runs a collector, or takes what it made for another collection of this reading.
   *
   * @param collected what the collectors before it gave
   */
  async attempt(
    collector: Collector,
    collected: readonly Family[],
    deadline: Deadline,
  ): Promise<Attempt> {
    const startMs = performance.now();
    const secondsSince = () => (performance.now() - startMs) / 1000;
    try {
      deadline.check();
      const families = await deadline.bound(this.familiesOf(collector, collected));
      this.host.faults.end("collector", collector.name);
      return { families, seconds: secondsSince() };
    } catch (error) {
      this.host.faults.begin("collector", collector.name, error);
      return { families: undefined, seconds: secondsSince() };
    }
  }

  private familiesOf(collector: Collector, collected: readonly Family[]): Promise<Family[]> {
    if (collector.describesOthers) {
      return this.make(
        collector,
        collected,
        new Set(collected.map((made) => made.definition.name)),
      );
    }
    let making = this.made.get(collector);
    if (!making) this.made.set(collector, (making = this.make(collector, collected, this.names)));
    return making;
  }

  /** A metric that can't be rendered costs its collector, as anything does that it throws. */
  private async make(
    collector: Collector,
    collected: readonly Family[],
    names: Set<string>,
  ): Promise<Family[]> {
    return checkFamilies(await collector.collect(this.snapshot, collected), names);
  }
}

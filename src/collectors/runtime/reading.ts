import type { Settings } from "../../config.ts";
import { checkFamilies } from "../../metrics/check.ts";
import type { Family } from "../../metrics/metric.ts";
import type { Deadline } from "../../sources/deadline.ts";
import type { Collector } from "../registry.ts";
import type { HostState } from "./host_state.ts";
import { Snapshot } from "./snapshot.ts";

/** The result of one collector. */
export interface Attempt {
  /** Undefined when it failed or was late. */
  readonly families: readonly Family[] | undefined;
  readonly seconds: number;
}

/** One reading of the host, shared by overlapping collections with different filters. */
export class Reading {
  private readonly snapshot: Snapshot;
  private readonly made = new Map<Collector, Promise<Family[]>>();
  /** The names of the metrics made so far. */
  private readonly names = new Set<string>();

  /** @param deadline the deadline of the collection that begins it */
  constructor(
    private readonly host: HostState,
    deadline: Deadline,
  ) {
    this.snapshot = new Snapshot(host, deadline);
  }

  /**
   * Lets another collection share this reading, which then lasts until the latest of their deadlines.
   *
   * @returns false once its time is over: what is still unread then stays unread
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
   * Runs a collector, or returns its result for another collection of this reading.
   *
   * @param collected the families of the collectors before it
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

  /** Runs a collector and checks its metrics: an invalid metric fails the collector, as any error does. */
  private async make(
    collector: Collector,
    collected: readonly Family[],
    names: Set<string>,
  ): Promise<Family[]> {
    return checkFamilies(await collector.collect(this.snapshot, collected), names);
  }
}

import { type Family, byLabel, gauge, single } from "../../metrics/metric.ts";
import { Deadline } from "../../sources/deadline.ts";
import type { Collector } from "../registry.ts";
import { rankOf } from "../user_ranks.ts";
import type { BuildInfo } from "./build_info.ts";
import type { HostState } from "./host_state.ts";
import { Reading } from "./reading.ts";
import { selfFamilies } from "./self.ts";
import { COLLECTION_LIMIT_MS } from "./snapshot.ts";

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
const SERIES = gauge("series", "Series of the collector in this collection.", "collector");
export const USERS_LIMITED = gauge(
  "users_limited",
  'With more users than --users.max 1: the rest is username="other". Otherwise 0.',
);
const SOURCE_AVAILABLE = gauge(
  "source_available",
  "1 where the exporter can read this source, 0 where it is missing, forbidden or broken.",
  "source",
);
export const WEB_CONFIG_RELOAD = gauge(
  "web_config_reload_success",
  "1 when the web config file was read as it is now, 0 while the settings before it stay.",
);

export const CONFIG_RELOAD = gauge(
  "config_reload_success",
  "1 when the last reload was taken, 0 when the settings before it stay.",
);

/** The options of one scrape. */
export interface ScrapeRequest {
  /** The names of the collectors; undefined means all enabled ones. */
  readonly collectors?: ReadonlySet<string> | undefined;
  /** How long the answer may take; at most the limit of every collection. */
  readonly limitMs?: number | undefined;
}

interface Running {
  readonly deadline: Deadline;
  readonly families: Promise<Family[]>;
}

/**
 * Collects from one host. Overlapping scrapes with the same filter share one collection; with different filters they
 * share what is read.
 */
export class Collection {
  private readonly running = new Map<string, Running>();
  private reading: Reading | undefined;
  private priming: Promise<unknown> | undefined;

  constructor(
    private readonly host: HostState,
    private readonly collectors: readonly Collector[],
    private readonly build: BuildInfo,
  ) {}

  /**
   * Takes the first sample, which CPU ratios are measured against, and reads the logs up to now. Collections requested
   * meanwhile wait for it.
   */
  async prime(): Promise<void> {
    this.priming = this.run({}, new Deadline(COLLECTION_LIMIT_MS));
    try {
      await this.priming;
    } finally {
      this.priming = undefined;
    }
  }

  /** The metrics of the host now. A collector that fails or is late has none, and `up` is 0. */
  collect(request: ScrapeRequest = {}): Promise<Family[]> {
    const { collectors, limitMs = COLLECTION_LIMIT_MS } = request;
    const deadline = new Deadline(Math.min(limitMs, COLLECTION_LIMIT_MS));
    const key = collectors ? [...collectors].sort().join() : "all";
    const same = this.running.get(key);
    if (same && hasMoreTime(same.deadline, deadline)) return same.families;
    const families = this.runPrimed(request, deadline).finally(() => {
      if (this.running.get(key)?.families === families) this.running.delete(key);
    });
    this.running.set(key, { deadline, families });
    return families;
  }

  private async runPrimed(request: ScrapeRequest, deadline: Deadline): Promise<Family[]> {
    if (this.priming) await deadline.bound(this.priming).catch(() => undefined);
    return this.run(request, deadline);
  }

  private async run(request: ScrapeRequest, deadline: Deadline): Promise<Family[]> {
    const startMs = performance.now();
    const shared = this.reading?.admits(deadline) ? this.reading : undefined;
    const reading = shared ?? (this.reading = new Reading(this.host, deadline));
    try {
      const { families, outcomes } = await this.collectAll(reading, request, deadline);
      const ofCollectors = (value: (outcome: Outcome) => number) =>
        outcomes.map((outcome) => [outcome.collector.name, value(outcome)] as const);
      return [
        ...families,
        byLabel(
          COLLECTOR_SUCCESS,
          ofCollectors(({ families: made }) => (made ? 1 : 0)),
        ),
        byLabel(
          COLLECTOR_DURATION,
          ofCollectors(({ seconds }) => seconds),
        ),
        byLabel(
          SERIES,
          ofCollectors(({ families: made }) => countSeries(made ?? [])),
        ),
        ...this.runtimeFamilies(),
        single(UP, outcomes.every(({ families: made }) => made) ? 1 : 0),
        single(SCRAPE_DURATION, (performance.now() - startMs) / 1000),
      ];
    } finally {
      // Also after a timeout: the next collection starts over, whatever still hangs.
      if (this.reading === reading && !shared) this.reading = undefined;
    }
  }

  private async collectAll(reading: Reading, { collectors }: ScrapeRequest, deadline: Deadline) {
    const asked = this.collectors.filter(({ name }) => collectors?.has(name) ?? true);
    // When only collectors that describe others are requested, they describe all of them.
    const isAlone = asked.every(({ describesOthers }) => describesOthers);
    const toRun = isAlone ? this.collectors : asked;
    const others = await this.attemptAll(
      reading,
      toRun.filter(({ describesOthers }) => !describesOthers),
      [],
      deadline,
    );
    const isComplete =
      toRun.length === this.collectors.length && others.every(({ families }) => families);
    const { outcomes: folded, isLimited } = this.fold(others, reading, isComplete);
    const shown = folded.flatMap(({ families }) => families ?? []);
    const describing = await this.attemptAll(
      reading,
      toRun.filter(({ describesOthers }) => describesOthers),
      shown,
      deadline,
    );
    const outcomes = [...folded, ...describing].filter(({ collector }) =>
      asked.includes(collector),
    );
    const families = outcomes.flatMap((outcome) => outcome.families ?? []);
    return { families: [...families, single(USERS_LIMITED, isLimited ? 1 : 0)], outcomes };
  }

  private async attemptAll(
    reading: Reading,
    collectors: readonly Collector[],
    before: readonly Family[],
    deadline: Deadline,
  ): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    const collected = [...before];
    for (const collector of collectors) {
      const { families, seconds } = await reading.attempt(collector, collected, deadline);
      collected.push(...(families ?? []));
      outcomes.push({ collector, families, seconds });
      await turnOfTheEventLoop();
    }
    return outcomes;
  }

  /** Leaves out users that are not shown, and adds up those beyond the limit in `other`. */
  private fold(outcomes: readonly Outcome[], { settings }: Reading, isComplete: boolean) {
    const made = outcomes.map(({ families }) => families ?? []);
    const { families, isLimited } = this.host.folding.fold(
      made,
      settings.users,
      rankOf,
      isComplete,
    );
    return {
      outcomes: outcomes.map((outcome, i) => ({
        ...outcome,
        families: outcome.families && families[i]!,
      })),
      isLimited,
    };
  }

  /** The metrics of the exporter itself and of its sources. */
  private runtimeFamilies(): Family[] {
    const { faults } = this.host;
    try {
      const sources = this.host
        .probeSources()
        .map(({ info, state }) => [info.name, state.available ? 1 : 0] as const);
      const families = [
        byLabel(SOURCE_AVAILABLE, sources),
        single(WEB_CONFIG_RELOAD, this.host.webConfigReloadSuccess?.()),
        single(CONFIG_RELOAD, this.host.configReloadSuccess),
        ...selfFamilies(this.build),
      ];
      faults.end("collector", "runtime");
      return families;
    } catch (error) {
      faults.begin("collector", "runtime", error);
      return [];
    }
  }
}

/**
 * Whether one collection has at least as much time as another, and ends no later. With less time something may be
 * missing, and a client chooses how little it gets.
 */
function hasMoreTime(one: Deadline, other: Deadline): boolean {
  return one.limitMs >= other.limitMs && one.remainingMs <= other.remainingMs;
}

interface Outcome {
  readonly collector: Collector;
  /** Undefined when the collector failed. */
  readonly families: readonly Family[] | undefined;
  readonly seconds: number;
}

function countSeries(families: readonly Family[]): number {
  return families.reduce((sum, { samples }) => sum + samples.length, 0);
}

/** Yields between two collectors, so that health checks are answered and timers fire. */
function turnOfTheEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

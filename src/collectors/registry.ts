import { authCollector } from "./auth.ts";
import { connectionsCollector } from "./connections.ts";
import type { Family } from "../metrics/metric.ts";
import { lastLoginCollector } from "./lastlogin.ts";
import { processesCollector } from "./processes.ts";
import { logindCollector } from "./logind.ts";
import type { Snapshot } from "./runtime/snapshot.ts";
import { sessionsCollector } from "./sessions.ts";
import { slicesCollector } from "./slices.ts";
import { usersCollector } from "./users.ts";

export interface Collector {
  /** The value of the label `collector`, and NAME in `--collector.NAME`. */
  readonly name: string;
  /** What it collects, to end the sentence "Collect …". */
  readonly help: string;
  /** Set for a collector whose series depend on the others': it runs after them, for each filter. */
  readonly describesOthers?: true;
  /**
   * @param collected the families of the collectors before it in the list
   * @throws any error: it costs the collector's own series and nothing else
   */
  collect(snapshot: Snapshot, collected: readonly Family[]): Promise<Family[]>;
}

/** All collectors, in the order in which they run. */
export const COLLECTORS: readonly Collector[] = [
  processesCollector,
  slicesCollector,
  sessionsCollector,
  logindCollector,
  connectionsCollector,
  authCollector,
  lastLoginCollector,
  usersCollector,
];

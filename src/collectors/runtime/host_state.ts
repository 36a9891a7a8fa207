import type { Log } from "../../log.ts";
import { Accounts } from "../../model/accounts.ts";
import { AuthLogs } from "../../model/auth/auth_logs.ts";
import { LastLoginRecords, type Optional } from "../../model/last_logins.ts";
import { RdpPeerMemory } from "../../model/sessions/rdp_peers.ts";
import { SessionSeries } from "../../model/sessions/session_series.ts";
import { UsageMeter } from "../../model/usage/usage.ts";
import { Getent } from "../../sources/accounts/getent.ts";
import { isUnavailable } from "../../sources/errors.ts";
import { type ProbedSource, probeSources } from "../../sources/probe.ts";
import type { Root } from "../../sources/root.ts";
import { StateFile } from "../../sources/state_file.ts";
import { Faults } from "./faults.ts";

/** What the collectors are told when the program starts. */
export interface HostStateOptions {
  root: Root;
  log: Log;
  excludeUsers: ReadonlySet<string>;
  sshPorts: ReadonlySet<number>;
  /** Whether getent may be started. */
  getent: boolean;
  /** A folder of our own that outlives the program; undefined for none. */
  stateDirectory: string | undefined;
}

/** The host as the exporter has come to know it: what lasts from one collection to the next. */
export class HostState {
  readonly root: Root;
  excludeUsers: ReadonlySet<string>;
  sshPorts: ReadonlySet<number>;
  readonly accounts: Accounts;
  readonly meter: UsageMeter;
  readonly lastLogins: LastLoginRecords;
  readonly authLogs: AuthLogs;
  readonly rdpPeers = new RdpPeerMemory();
  /** Which sessions have series of their own. */
  readonly sessionSeries = new SessionSeries();
  readonly faults: Faults;
  /** Set while there is a server: 1 when it took its web config file as it is now. */
  webConfigReloadSuccess: (() => 0 | 1 | undefined) | undefined;
  private readonly log: Log;
  private readonly reported = new Set<string>();
  /** Why the last attempt to read a source failed, by its name. */
  private readonly sourceFaults = new Map<string, unknown>();

  constructor(options: HostStateOptions) {
    this.log = options.log;
    this.root = options.root;
    this.excludeUsers = options.excludeUsers;
    this.sshPorts = options.sshPorts;
    this.faults = new Faults(options.log);
    // getent answers for the machine it runs on, which a mounted rootfs is not.
    const isOwnHost = options.root.rootfs === "";
    const getent = options.getent && isOwnHost ? new Getent(Date.now) : undefined;
    this.accounts = new Accounts(options.root, getent);
    this.meter = new UsageMeter(
      options.root,
      () => performance.now(),
      (way, reason) => options.log.debug("reading processes", { way, reason }),
    );
    this.lastLogins = new LastLoginRecords(options.root);
    this.authLogs = new AuthLogs({
      root: options.root,
      now: Date.now,
      warn: (message, fields) => this.warnOnce(message, fields),
      stateFile: stateFileIn(options),
      isRoot: (name) => this.accounts.isRoot(name),
    });
  }

  /** Which sources can be read now, by their files and by what reading them gave. */
  probeSources(): ProbedSource[] {
    return probeSources(this.root, this.sourceFaults);
  }

  /** Logs a thing that will not change while the program runs. */
  private warnOnce(message: string, fields: Record<string, string | number>): void {
    const key = JSON.stringify([message, fields]);
    if (this.reported.has(key)) return;
    this.reported.add(key);
    this.log.warn(message, fields);
  }

  /** Writes what has to outlive the program. A fault is logged, and costs no metric. */
  saveState(when: "if due" | "now"): void {
    const what = "saving the state";
    try {
      this.authLogs.save(when);
      this.faults.end(what);
    } catch (error) {
      this.faults.begin(what, error);
    }
  }

  /**
   * Reads a source that a host need not have. Where it can't be read the value is undefined, and
   * `source_available` tells; that it is broken is logged when it begins and when it ends.
   */
  readonly optional: Optional = async (source, read) => {
    const what = `reading the source ${source}`;
    try {
      const value = await read();
      this.sourceFaults.delete(source);
      this.faults.end(what);
      return value;
    } catch (error) {
      this.sourceFaults.set(source, error);
      if (isUnavailable(error)) this.faults.end(what);
      else this.faults.begin(what, error);
      return undefined;
    }
  };
}

function stateFileIn({ stateDirectory, log }: HostStateOptions): StateFile | undefined {
  if (stateDirectory === undefined) return undefined;
  return new StateFile(`${stateDirectory}/auth.json`, (message) =>
    log.warn("The state can't be used", { err: message }),
  );
}

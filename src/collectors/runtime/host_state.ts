import type { Settings } from "../../config.ts";
import type { Log } from "../../log.ts";
import { AddressPrivacy } from "../../model/address_privacy.ts";
import { Accounts } from "../../model/accounts.ts";
import type { AuthCounts } from "../../model/auth/auth_counts.ts";
import { AuthLogs } from "../../model/auth/auth_logs.ts";
import { LastLoginRecords, type Optional } from "../../model/last_logins.ts";
import { RdpPeerMemory } from "../../model/sessions/rdp_peers.ts";
import { SessionSeries } from "../../model/sessions/session_series.ts";
import { type Usage, UsageMeter } from "../../model/usage/usage.ts";
import { Getent } from "../../sources/accounts/getent.ts";
import { Cgroup2Mount } from "../../sources/cgroup/mount.ts";
import { isUnavailable } from "../../sources/errors.ts";
import type { ProbedSource } from "../../sources/probe.ts";
import { SourceStates } from "../../sources/source_states.ts";
import { TcpTables } from "../../sources/proc/tcp_tables.ts";
import type { Root } from "../../sources/root.ts";
import { StateFile } from "../../sources/state_file.ts";
import { Faults } from "./faults.ts";
import { singleFlight } from "./single_flight.ts";
import { UserFolding } from "./user_folding.ts";
import { UsersFile } from "./users_file.ts";

/** The options set at the program's start. */
export interface HostStateOptions {
  root: Root;
  log: Log;
  settings: Settings;
  /** Whether getent may be started. */
  getent: boolean;
  /** A folder that is kept across restarts; undefined for none. */
  stateDirectory: string | undefined;
  /** How addresses are shown; by default in full. */
  addresses?: AddressPrivacy;
  /** Whether real names are shown. */
  realNames?: boolean;
}

/** The state that lasts from one collection to the next. */
export class HostState {
  readonly root: Root;
  /** A reload replaces this object. */
  settings: Settings;
  readonly accounts: Accounts;
  readonly tcpTables: TcpTables;
  readonly cgroup2: Cgroup2Mount;
  readonly addresses: AddressPrivacy;
  readonly realNames: boolean;
  readonly lastLogins: LastLoginRecords;
  /** Takes a sample of all processes. Concurrent callers share it, since two passes must not overlap. */
  readonly measure: (onlineCpus: number) => Promise<Usage>;
  /** Reads what is new in the logs; concurrent callers share the result. */
  readonly pollAuth: () => Promise<AuthCounts | undefined>;
  readonly rdpPeers = new RdpPeerMemory();
  /** Which sessions have series of their own. */
  readonly sessionSeries = new SessionSeries();
  /** Decides which users are shown by name, and which as `other`. */
  readonly folding: UserFolding;
  readonly faults: Faults;
  /** 1 when the last reload succeeded, 0 when the previous settings stay; undefined before the first. */
  configReloadSuccess: 0 | 1 | undefined;
  /** Set while there is a server; returns 1 when it uses its web config file as it is now. */
  webConfigReloadSuccess: (() => 0 | 1 | undefined) | undefined;
  readonly authLogs: AuthLogs;
  private readonly log: Log;
  private readonly stateDirectory: string | undefined;
  private readonly usersFile: UsersFile;
  private readonly reported = new Set<string>();
  /** By source: why the last attempt to read it failed. */
  private readonly sourceFaults = new Map<string, unknown>();
  private readonly sourceStates: SourceStates;

  constructor(options: HostStateOptions) {
    this.log = options.log;
    this.root = options.root;
    this.settings = options.settings;
    this.addresses = options.addresses ?? new AddressPrivacy();
    this.realNames = options.realNames ?? true;
    this.faults = new Faults(options.log);
    // getent answers for the machine it runs on, not for a mounted rootfs.
    const isOwnHost = options.root.rootfs === "";
    const getent = options.getent && isOwnHost ? new Getent(Date.now) : undefined;
    this.accounts = new Accounts(options.root, getent);
    const meter = new UsageMeter(
      options.root,
      () => performance.now(),
      (mode, reason) => options.log.debug("reading processes", { mode, reason }),
    );
    this.measure = singleFlight((onlineCpus: number) => meter.measure(onlineCpus));
    this.lastLogins = new LastLoginRecords(options.root, Date.now);
    this.sourceStates = new SourceStates(options.root, () => performance.now());
    this.cgroup2 = new Cgroup2Mount(options.root);
    this.tcpTables = new TcpTables(options.root, () => performance.now());
    this.authLogs = new AuthLogs({
      root: options.root,
      now: Date.now,
      warn: (message, fields) => this.warnOnce(message, fields),
      stateFile: stateFileIn(options),
      isRoot: (name) => this.accounts.isRoot(name),
    });
    this.usersFile = new UsersFile(options.stateDirectory, (message, fields) =>
      options.log.warn(message, fields),
    );
    this.folding = this.usersFile.load();
    this.pollAuth = singleFlight(() => this.authLogs.poll());
    this.stateDirectory = options.stateDirectory;
  }

  /** The state of each source now, from its files and from the last attempt to read it. */
  probeSources(): ProbedSource[] {
    return this.sourceStates.probe(this.sourceFaults);
  }

  /** Logs a warning once for each text: its cause will not change while the program runs. */
  private warnOnce(message: string, fields: Record<string, string | number>): void {
    const key = JSON.stringify([message, fields]);
    if (this.reported.has(key)) return;
    this.reported.add(key);
    this.log.warn(message, fields);
  }

  /** Saves the state files. An error is logged, and costs no metric. */
  saveState(when: "if due" | "now"): void {
    this.saveFile("auth.json", () => this.authLogs.save(when));
    this.saveFile("users.json", () => this.usersFile.save(this.folding, when));
  }

  /** @param save returns whether it has written the file */
  private saveFile(name: string, save: () => boolean): void {
    const path = `${this.stateDirectory}/${name}`;
    try {
      if (save()) this.faults.end("state file", path);
    } catch (error) {
      this.faults.begin("state file", path, error);
    }
  }

  /**
   * Reads an optional source. When it can't be read, the value is undefined and `source_available` is 0; a broken
   * source is logged when the fault begins and ends.
   */
  readonly optional: Optional = async (source, read) => {
    try {
      const value = await read();
      this.sourceFaults.delete(source);
      this.faults.end("source", source);
      return value;
    } catch (error) {
      this.sourceFaults.set(source, error);
      if (isUnavailable(error)) this.faults.end("source", source);
      else this.faults.begin("source", source, error);
      return undefined;
    }
  };
}

function stateFileIn({ stateDirectory, log }: HostStateOptions): StateFile | undefined {
  if (stateDirectory === undefined) return undefined;
  return new StateFile(`${stateDirectory}/auth.json`, (message, fields) =>
    log.warn(message, fields),
  );
}

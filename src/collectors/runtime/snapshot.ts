import type { Settings } from "../../config.ts";
import type { Accounts } from "../../model/accounts.ts";
import { HostIndex } from "../../model/sessions/host_index.ts";
import { joinSessions } from "../../model/sessions/join.ts";
import { hasRdpDesktops } from "../../model/sessions/rdp_desktops.ts";
import type { Session } from "../../model/sessions/session.ts";
import { type DesktopServer, findDesktopServers } from "../../model/sessions/vnc_servers.ts";
import type { Usage } from "../../model/usage/usage.ts";
import { Deadline } from "../../sources/deadline.ts";
import {
  isLogindRunning,
  readLogindSessions,
  readLogindUsers,
} from "../../sources/logins/logind.ts";
import { readUtmp } from "../../sources/logins/utmp.ts";
import { type MachineStat, readMachineStat } from "../../sources/proc/machine_stat.ts";
import { readUnixSockets } from "../../sources/proc/net_unix.ts";
import type { TcpSockets } from "../../sources/proc/tcp_sockets.ts";
import type { HostState } from "./host_state.ts";

/** xrdp's default port. */
const RDP_PORT = 3389;

/** The longest that a collection may take. Prometheus waits for 10 s if nothing else is set. */
export const COLLECTION_LIMIT_MS = 8000;

/**
 * What was read for one collection. Data that several collectors need is read once, when the first one asks. Long work
 * checks the deadline between its pieces.
 */
export class Snapshot {
  /** Taken at the start, so that a reload does not change a collection in progress. */
  readonly settings: Settings;

  constructor(
    readonly host: HostState,
    /** Moved later when a collection with more time shares this one. */
    public deadline = new Deadline(COLLECTION_LIMIT_MS),
  ) {
    this.settings = host.settings;
  }

  readonly machine = this.once(async (): Promise<MachineStat> => readMachineStat(this.host.root));

  readonly usage = this.once(async (): Promise<Usage> => {
    const { onlineCpus } = await this.machine();
    return this.host.measure(onlineCpus);
  });

  readonly tcp = this.once((): Promise<TcpSockets | undefined> =>
    this.host.optional("tcp", () => this.host.tcpTables.read()),
  );

  /** The accounts, refreshed. */
  readonly accounts = this.once(async (): Promise<Accounts> => {
    const { accounts, faults, optional, root } = this.host;
    await optional("passwd", () => accounts.refreshPasswd());
    await optional("group", () => accounts.refreshGroup());
    const { directoryFault } = accounts;
    if (directoryFault === undefined) faults.end("source", "directory_files");
    else faults.begin("source", "directory_files", directoryFault);
    const users = await optional("logind", () => readLogindUsers(root));
    for (const [uid, name] of users ?? []) accounts.learn(uid, name);
    return accounts;
  });

  /** The records that sessions are joined from, read close together, so that they are of about the same moment. */
  readonly hostIndex = this.once(async (): Promise<HostIndex> => {
    const { root, optional } = this.host;
    const { sshPorts } = this.settings;
    const accounts = await this.accounts();
    const { bootTimeSeconds } = await this.machine();
    const tcp = await this.tcp();
    const utmp = await optional("utmp", () => readUtmp(root));
    // Without logind, its folder of sessions may be left over and is out of date.
    const logind = isLogindRunning(root)
      ? await optional("logind", () => readLogindSessions(root))
      : undefined;
    const { table } = await this.usage();
    // Any user can make this table long, and few hosts need it for sessions.
    const unix = hasRdpDesktops(table, logind)
      ? await optional("unix", () => readUnixSockets(root, "/xrdp_"))
      : undefined;
    const records = { tcp, unix, utmp, logind };
    return new HostIndex({ root, table, bootTimeSeconds, accounts, sshPorts, ...records });
  });

  /** The VNC and RDP servers that users run. */
  readonly desktopServers = this.once(async (): Promise<DesktopServer[]> => {
    const servers = await findDesktopServers(await this.hostIndex());
    const ports = servers.map(({ port }) => port);
    this.host.tcpTables.settle(new Set([...this.settings.sshPorts, RDP_PORT, ...ports]));
    return servers;
  });

  /** The sessions of the users who are shown, with addresses hidden or shortened as configured. */
  readonly sessions = this.once(async (): Promise<Session[]> => {
    const { rdpPeers } = this.host;
    const host = await this.hostIndex();
    const sessions = await joinSessions(host, await this.desktopServers(), rdpPeers);
    const { addresses } = this.host;
    const shown = sessions.filter(({ user }) => !this.isExcluded(user));
    for (const session of shown) session.fromIp = addresses.show(session.fromIp);
    return shown;
  });

  isExcluded(username: string): boolean {
    return !this.settings.users.shows(username);
  }

  /** Reads at the first call, if there is still time. */
  private once<T>(read: () => Promise<T>): () => Promise<T> {
    let reading: Promise<T> | undefined;
    return () => (reading ??= this.inTime(read));
  }

  private async inTime<T>(read: () => Promise<T>): Promise<T> {
    this.deadline.check();
    return read();
  }
}

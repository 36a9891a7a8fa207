import type { Accounts } from "../../model/accounts.ts";
import { joinSessions } from "../../model/sessions/join.ts";
import { HostIndex } from "../../model/sessions/host_index.ts";
import { hasRdpDesktops } from "../../model/sessions/rdp_desktops.ts";
import type { Session } from "../../model/sessions/session.ts";
import { type DesktopServer, findDesktopServers } from "../../model/sessions/vnc_servers.ts";
import type { Usage } from "../../model/usage/usage.ts";
import { readLogindSessions, readLogindUsers } from "../../sources/logins/logind.ts";
import { type TcpSocket, readTcpSockets } from "../../sources/proc/net_tcp.ts";
import { readUnixSockets } from "../../sources/proc/net_unix.ts";
import { type MachineStat, readMachineStat } from "../../sources/proc/machine_stat.ts";
import { readUtmp } from "../../sources/logins/utmp.ts";
import type { HostState } from "./host_state.ts";

/** One collection: what several collectors need is read once, when the first one asks. */
export class Snapshot {
  private readonly reads = new Map<string, Promise<unknown>>();

  constructor(readonly host: HostState) {}

  machine(): Promise<MachineStat> {
    return this.once("machine", () => readMachineStat(this.host.root));
  }

  usage(): Promise<Usage> {
    return this.once("usage", async () => {
      const { onlineCpus } = await this.machine();
      return this.host.meter.measure(onlineCpus);
    });
  }

  tcp(): Promise<TcpSocket[] | undefined> {
    return this.once("tcp", () => this.host.optional("tcp", () => readTcpSockets(this.host.root)));
  }

  /** The names of users, brought up to date. */
  accounts(): Promise<Accounts> {
    return this.once("accounts", async () => {
      const { accounts, optional, root } = this.host;
      await optional("passwd", () => accounts.refreshPasswd());
      await optional("group", () => accounts.refreshGroup());
      const users = await optional("logind", () => readLogindUsers(root));
      for (const [uid, name] of users ?? []) accounts.learn(uid, name);
      return accounts;
    });
  }

  /** The records that sessions are joined from, read in the order that lets none run ahead much. */
  hostIndex(): Promise<HostIndex> {
    return this.once("hostIndex", async () => {
      const { root, optional, sshPorts } = this.host;
      const accounts = await this.accounts();
      const { bootTimeSeconds } = await this.machine();
      const tcp = await this.tcp();
      const utmp = await optional("utmp", () => readUtmp(root));
      const logind = await optional("logind", () => readLogindSessions(root));
      const { table } = await this.usage();
      // Any user can make this table long, and few hosts have anything in it that sessions need.
      const unix = hasRdpDesktops(table, logind)
        ? await optional("unix", () => readUnixSockets(root, "/xrdp_"))
        : undefined;
      const records = { tcp, unix, utmp, logind };
      return new HostIndex({ root, table, bootTimeSeconds, accounts, sshPorts, ...records });
    });
  }

  /** The VNC and RDP servers that users run. */
  desktopServers(): Promise<DesktopServer[]> {
    return this.once("desktopServers", async () => findDesktopServers(await this.hostIndex()));
  }

  /** The sessions of all users but the excluded ones. */
  sessions(): Promise<Session[]> {
    return this.once("sessions", async () =>
      joinSessions(await this.hostIndex(), await this.desktopServers(), this.host.rdpPeers).filter(
        ({ user }) => !this.isExcluded(user),
      ),
    );
  }

  isExcluded(username: string): boolean {
    return this.host.excludeUsers.has(username);
  }

  private once<T>(key: string, read: () => Promise<T>): Promise<T> {
    let reading = this.reads.get(key);
    if (!reading) this.reads.set(key, (reading = read()));
    return reading as Promise<T>;
  }
}

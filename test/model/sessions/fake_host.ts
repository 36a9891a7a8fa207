import { mkdirSync, symlinkSync } from "node:fs";
import { Accounts } from "../../../src/model/accounts.ts";
import { HostIndex } from "../../../src/model/sessions/host_index.ts";
import { joinSessions } from "../../../src/model/sessions/join.ts";
import { findDesktopServers } from "../../../src/model/sessions/vnc_servers.ts";
import type { RdpPeerMemory } from "../../../src/model/sessions/rdp_peers.ts";
import type { Session } from "../../../src/model/sessions/session.ts";
import { parseSession } from "../../../src/sources/logins/logind.ts";
import { TcpSockets } from "../../../src/sources/proc/tcp_sockets.ts";
import { parseUnix } from "../../../src/sources/proc/net_unix.ts";
import { ProcessScan } from "../../../src/sources/proc/process_scan.ts";
import { parseUtmp } from "../../../src/sources/logins/utmp.ts";
import { statLine } from "../../helpers/proc_files.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { utmpRecord } from "../../helpers/utmp_record.ts";

export const BOOT_SECONDS = 1_700_000_000;

/** When things started that do not say so, in seconds since the epoch. */
export const START_SECONDS = BOOT_SECONDS + 100;

export const ROOT = 0;
export const ALICE = 1000;
export const BOB = 1001;

interface FakeProcess {
  pid: number;
  parentPid?: number;
  uid?: number;
  realUid?: number;
  comm: string;
  /** Its arguments, or the one title; none for a zombie. */
  args?: string[];
  state?: string;
  /** The number of its pty. */
  pty?: number;
  /** The logind session whose scope it is in. */
  session?: string;
  /** Its control group, where it is in no session's. */
  cgroup?: string;
  pidNamespaces?: number;
  startSeconds?: number;
}

/** A host of a few processes and records, for what no captured host has. */
export class FakeHost extends TempTree {
  private readonly logindTexts: [string, string][] = [];
  private readonly utmpRecords: Buffer[] = [];
  private readonly tcpLines: string[] = [];
  private readonly unixLines: string[] = [];
  hasUtmp = false;

  constructor() {
    super({
      "/etc/passwd": `root:x:0:0:::\nalice:x:${ALICE}:100:::\nbob:x:${BOB}:100:::\n`,
    });
    this.process({
      pid: 1,
      parentPid: 0,
      comm: "systemd",
      args: ["/sbin/init"],
      startSeconds: BOOT_SECONDS,
    });
  }

  process(fake: FakeProcess): this {
    const { pid, uid = ROOT, comm, args = [], pidNamespaces = 1 } = fake;
    const startTicks = ((fake.startSeconds ?? START_SECONDS) - BOOT_SECONDS) * 100;
    const ttyNumber = fake.pty === undefined ? 0 : (136 << 8) | fake.pty;
    const { parentPid = 1, state = "S" } = fake;
    const line = statLine({ pid, comm, state, parentPid, ttyNumber, startTicks });
    this.write(`/proc/${pid}/stat`, line);
    const uids = [fake.realUid ?? uid, uid, uid, uid].join("\t");
    const namespaces = Array<number>(pidNamespaces).fill(pid).join("\t");
    this.write(`/proc/${pid}/status`, `Name:\t${comm}\nUid:\t${uids}\nNSpid:\t${namespaces}\n`);
    this.write(`/proc/${pid}/cmdline`, args.map((arg) => `${arg}\0`).join(""));
    const scope = fake.session ? `/user.slice/session-${fake.session}.scope` : "/system.slice";
    this.write(`/proc/${pid}/cgroup`, `0::${fake.cgroup ?? scope}\n`);
    if (fake.pty !== undefined) this.write(`/dev/pts/${fake.pty}`, "");
    return this;
  }

  /** An sshd monitor (pid) and the process of its user (pid + 1), as OpenSSH 9.8 to 10.4 name them. */
  ssh(pid: number, uid: number, user: string, channel = "@notty"): this {
    const comm = "sshd-session";
    this.process({ pid, comm, args: [`sshd-session: ${user} [priv]`] });
    return this.process({
      pid: pid + 1,
      parentPid: pid,
      uid,
      comm,
      args: [`sshd-session: ${user}${channel}`],
    });
  }

  logind(id: string, keys: Record<string, string | number>): this {
    const all = { REALTIME: START_SECONDS * 1e6, STATE: "active", CLASS: "user", ...keys };
    const lines = Object.entries(all).map(([key, value]) => `${key}=${value}`);
    this.logindTexts.push([id, lines.join("\n")]);
    return this;
  }

  utmp(record: Parameters<typeof utmpRecord>[0]): this {
    this.hasUtmp = true;
    this.utmpRecords.push(utmpRecord({ seconds: START_SECONDS, ...record }));
    return this;
  }

  /** A socket of the table, listening or with a peer; its inode is 5000 and so many as there are before it. */
  tcp(port: number, uid: number, peer?: string, peerPort?: number): this {
    const hex = (n: number) => n.toString(16).toUpperCase().padStart(4, "0");
    const address = (peer ?? "0.0.0.0").split(".").map(Number);
    const remote = address
      .toReversed()
      .map((byte) => byte.toString(16).toUpperCase().padStart(2, "0"))
      .join("");
    const inode = 5000 + this.tcpLines.length;
    const ends = `0100007F:${hex(port)} ${remote}:${peer ? hex(peerPort ?? 40_000 + inode) : "0000"}`;
    const state = peer ? "01" : "0A";
    this.tcpLines.push(
      `   0: ${ends} ${state} 00000000:00000000 00:00000000 00000000 ${uid} 0 ${inode} 1`,
    );
    return this;
  }

  /** A client that is connected to a Unix socket, or the socket that listens. */
  unix(path: string, state: "connected" | "listening" = "connected", inode = 999): this {
    const [flags, st] = state === "connected" ? ["00000000", "03"] : ["00010000", "01"];
    this.unixLines.push(`0000000000000000: 00000003 00000000 ${flags} 0001 ${st} ${inode} ${path}`);
    return this;
  }

  /** Sockets that a process holds, by inode, where the exporter may see them. */
  sockets(pid: number, ...inodes: number[]): this {
    const folder = `${this.folder}/proc/${pid}/fd`;
    mkdirSync(folder, { recursive: true });
    for (const [i, inode] of inodes.entries()) symlinkSync(`socket:[${inode}]`, `${folder}/${i}`);
    return this;
  }

  tty(name: string): this {
    this.write(`/dev/${name}`, "");
    return this;
  }

  async index(): Promise<HostIndex> {
    const accounts = new Accounts(this.root, undefined);
    await accounts.refreshPasswd();
    return new HostIndex({
      root: this.root,
      table: await new ProcessScan(this.root).run(),
      bootTimeSeconds: BOOT_SECONDS,
      accounts,
      sshPorts: new Set([22]),
      tcp: new TcpSockets([Buffer.from(`header\n${this.tcpLines.join("\n")}\n`)]),
      unix: parseUnix(Buffer.from(`header\n${this.unixLines.join("\n")}\n`), "/xrdp_"),
      utmp: this.hasUtmp ? parseUtmp(Buffer.concat(this.utmpRecords)) : undefined,
      logind: this.logindTexts.map(([id, text]) => parseSession(id, text)!),
    });
  }

  async sessions(rdpPeers?: RdpPeerMemory): Promise<Session[]> {
    const host = await this.index();
    return joinSessions(host, await findDesktopServers(host), rdpPeers);
  }

  /** The connections to VNC servers. */
  async vncConnections(): Promise<number> {
    const servers = await findDesktopServers(await this.index());
    return servers
      .filter(({ protocol }) => protocol === "vnc")
      .reduce((sum, { viewers }) => sum + viewers.length, 0);
  }

  /** The sessions as `user type tty address`, `-` for what is empty. */
  async rows(rdpPeers?: RdpPeerMemory): Promise<string[]> {
    return (await this.sessions(rdpPeers)).map(({ user, type, tty, fromIp }) =>
      [user, type, tty || "-", fromIp || "-"].join(" "),
    );
  }
}

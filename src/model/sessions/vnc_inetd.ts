import { canonicalAddress } from "../../sources/ip_address.ts";
import { addressFromHex } from "../../sources/proc/net_tcp.ts";
import { readSocketInodes } from "../../sources/proc/pid_fd.ts";
import type { TcpSocket } from "../../sources/proc/tcp_sockets.ts";
import { type YieldTurn, turnEvery } from "../../sources/turn.ts";
import type { HostIndex } from "./host_index.ts";
import { argumentsOf, isGenuine } from "./processes.ts";
import { PROCESSES_A_TURN, USUAL_PORTS, desktopProcesses, vncPort } from "./vnc_programs.ts";
import type { DesktopServer } from "./vnc_servers.ts";

/** Programs that listen on behalf of others and start one process for each connection. */
const SUPER_SERVERS = new Set([
  "systemd",
  "init",
  "xinetd",
  "inetd",
  "openbsd-inetd",
  "inetutils-inetd",
]);

/** The addresses of a connection in the name of a systemd unit with `Accept=yes`: systemd.socket(5). */
const INSTANCE =
  /\/system\.slice\/(?:[^/]+\.slice\/)*[^/]+@\d+-[^/]*?:(\d{1,5})-([\dA-Fa-f.:]+):(\d{1,5})[^/]*\.service/;

/**
 * The VNC servers that root's systemd or inetd started for one connection each (`-inetd`). They don't listen
 * themselves. With systemd their control group names the connection; with an inetd it is one of the connections to
 * root's ports.
 *
 * @param others the servers already found, whose connections are skipped
 */
export async function findInetdServers(
  host: HostIndex,
  others: readonly DesktopServer[],
  yieldTurn?: YieldTurn,
): Promise<DesktopServer[]> {
  const { table } = host.records;
  const servers: DesktopServer[] = [];
  const unnamed: number[] = [];
  const byRemotePort = new Map<number, Map<number, TcpSocket[]>>();
  const turn = turnEvery(PROCESSES_A_TURN, yieldTurn);
  for (const row of desktopProcesses(host)) {
    const pause = turn();
    if (pause) await pause;
    if (!isStartedByRoot(host, row) || !isGenuine(host, row)) continue;
    if (!argumentsOf(host, row).includes("-inetd")) continue;
    const instance = INSTANCE.exec(host.cgroupOf(table.pid[row]!));
    if (instance) {
      const viewer = findConnection(host, byRemotePort, instance);
      if (viewer) servers.push(serverOf(table.uid[row]!, viewer));
    } else if (table.parentPid[row]! !== 1) unnamed.push(row);
  }
  const taken = new Set([...others, ...servers].flatMap(({ viewers }) => viewers));
  return [...servers, ...findByConnections(host, unnamed, taken)];
}

/**
 * Whether root's super-server started the process. An orphan also becomes a child of process 1, so for that parent the
 * control group decides.
 */
function isStartedByRoot(host: HostIndex, row: number): boolean {
  const { table } = host.records;
  const parent = table.row(table.parentPid[row]!);
  if (parent < 0 || table.uid[parent] !== 0 || !SUPER_SERVERS.has(table.comm(parent))) return false;
  return table.pid[parent] !== 1 || INSTANCE.test(host.cgroupOf(table.pid[row]!));
}

/** @param byRemotePort a cache shared by all processes: by local port, its connections by remote port */
function findConnection(
  host: HostIndex,
  byRemotePort: Map<number, Map<number, TcpSocket[]>>,
  instance: RegExpExecArray,
): TcpSocket | undefined {
  const [localPort, remotePort] = [Number(instance[1]), Number(instance[3])];
  let connections = byRemotePort.get(localPort);
  if (!connections) {
    connections = Map.groupBy(host.connectionsTo(localPort), (socket) => socket.remotePort);
    byRemotePort.set(localPort, connections);
  }
  const address = canonicalAddress(instance[2]!);
  return connections.get(remotePort)?.find((it) => addressFromHex(it.remoteHex) === address);
}

/**
 * The connections that the processes hold. When that can't be read: all connections to root's ports, if there are no
 * more than processes and these have one user.
 */
function findByConnections(
  host: HostIndex,
  rows: readonly number[],
  taken: ReadonlySet<TcpSocket>,
): DesktopServer[] {
  if (rows.length === 0) return [];
  const { root, table } = host.records;
  const connections: TcpSocket[] = [];
  for (let port = vncPort(0); port < vncPort(USUAL_PORTS); port++) {
    if (!host.listens(0, port)) continue;
    for (const socket of host.connectionsTo(port)) if (!taken.has(socket)) connections.push(socket);
  }
  const byInode = new Map(connections.map((socket) => [socket.inode, socket]));
  const servers: DesktopServer[] = [];
  const unknown: number[] = [];
  for (const row of rows) {
    const held = readSocketInodes(root, table.pid[row]!);
    const viewer = [...(held ?? [])].map((inode) => byInode.get(inode)).find(Boolean);
    if (viewer) servers.push(serverOf(table.uid[row]!, viewer));
    if (!held) unknown.push(row);
  }
  const uids = new Set(unknown.map((row) => table.uid[row]!));
  if (uids.size !== 1 || connections.length > unknown.length) return servers;
  return connections.map((socket) => serverOf([...uids][0]!, socket));
}

function serverOf(uid: number, viewer: TcpSocket): DesktopServer {
  return { protocol: "vnc", uid, port: viewer.localPort, viewers: [viewer] };
}

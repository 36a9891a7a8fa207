import { canonicalAddress } from "../../sources/ip_address.ts";
import { addressFromHex } from "../../sources/proc/net_tcp.ts";
import { readSocketInodes } from "../../sources/proc/pid_fd.ts";
import type { TcpSocket } from "../../sources/proc/tcp_sockets.ts";
import type { HostIndex } from "./host_index.ts";
import { isGenuine } from "./processes.ts";
import type { RdpDesktop } from "./rdp_desktops.ts";

const RDP_PORT = 3389;

/** The program that accepts clients: one process that listens, and a child of it for each client. */
const SERVER = new Set(["xrdp"]);

/** The established connections to xrdp's port; undefined where xrdp does not listen on it, or that is unknown. */
export function rdpConnections(host: HostIndex): readonly TcpSocket[] | undefined {
  const connections = host.connectionsTo(RDP_PORT);
  return connections.length > 0 || host.listens("anybody", RDP_PORT) ? connections : undefined;
}

/** Which connection each desktop's client has, from one collection to the next. */
export class RdpPeerMemory {
  private inodes = new Map<string, number>();

  /** The connection that a desktop had when that was last certain, if it is open still. */
  recall(desktop: RdpDesktop, open: Iterable<TcpSocket>): TcpSocket | undefined {
    const inode = this.inodes.get(keyOf(desktop));
    if (inode === undefined) return undefined;
    for (const socket of open) if (socket.inode === inode) return socket;
    return undefined;
  }

  /** Forgets all but these: who has no client now may have another one the next time. */
  keep(peers: ReadonlyMap<RdpDesktop, TcpSocket>): void {
    this.inodes = new Map(Array.from(peers, ([desktop, { inode }]) => [keyOf(desktop), inode]));
  }
}

function keyOf({ leaderPid, display }: RdpDesktop): string {
  return `${leaderPid} ${display}`;
}

/**
 * The address of each attached desktop's client. What logind recorded is the address of the session's start,
 * and a client that came back from elsewhere makes it untrue, so it counts only while there is a connection from
 * it. Anybody can connect to the port: without a record, and without the right to see which connections xrdp's
 * processes serve a desktop with, a client is known only when there was no other connection once it came.
 */
export function assignPeers(
  host: HostIndex,
  desktops: readonly RdpDesktop[],
  memory: RdpPeerMemory,
): Map<RdpDesktop, string> {
  const connections = rdpConnections(host) ?? [];
  const free = new Set(servingConnections(host, connections) ?? connections);
  const peers = new Map<RdpDesktop, TcpSocket>();
  const assign = (desktop: RdpDesktop, socket: TcpSocket | undefined) => {
    if (socket === undefined) return;
    free.delete(socket);
    peers.set(desktop, socket);
  };
  for (const desktop of desktops) assign(desktop, memory.recall(desktop, free));
  for (const desktop of desktops) {
    if (peers.has(desktop)) continue;
    const recorded = canonicalAddress(desktop.logind?.remoteHost ?? "");
    assign(
      desktop,
      [...free].find(({ remoteHex }) => addressFromHex(remoteHex) === recorded),
    );
  }
  const left = desktops.filter((desktop) => !peers.has(desktop));
  const addresses = new Set(Array.from(free, ({ remoteHex }) => remoteHex));
  if (addresses.size === 1 && (left.length === 1 || left.length === free.size)) {
    for (const desktop of left) assign(desktop, [...free][0]);
  }
  memory.keep(peers);
  return new Map(Array.from(peers, ([desktop, it]) => [desktop, addressFromHex(it.remoteHex)]));
}

/**
 * The connections whose xrdp process is connected to a desktop as well: it has sockets that neither the process
 * that listens has nor the client made. Undefined where descriptors may not be read.
 */
function servingConnections(
  host: HostIndex,
  connections: readonly TcpSocket[],
): TcpSocket[] | undefined {
  const { root, table } = host.records;
  const clients = new Map(connections.map((socket) => [socket.inode, socket]));
  const serverUids = new Set(connections.map(({ uid }) => uid));
  const serving: TcpSocket[] = [];
  let isReadable = false;
  for (const row of table.rowsNamed(SERVER)) {
    const parent = table.row(table.parentPid[row]!);
    if (!serverUids.has(table.uid[row]!) || parent < 0 || table.comm(parent) !== "xrdp") continue;
    if (table.uid[parent] !== table.uid[row] || !isGenuine(host, row)) continue;
    const held = readSocketInodes(root, table.pid[row]!);
    const inherited = readSocketInodes(root, table.pid[parent]!);
    if (!held || !inherited) continue;
    isReadable = true;
    const own = [...held].filter((inode) => !inherited.has(inode));
    const client = own.map((inode) => clients.get(inode)).find((socket) => socket !== undefined);
    if (client && own.length > 1) serving.push(client);
  }
  return isReadable ? serving : undefined;
}

import { canonicalAddress } from "../../sources/ip_address.ts";
import { addressFromHex } from "../../sources/proc/net_tcp.ts";
import { readSocketInodes } from "../../sources/proc/pid_fd.ts";
import type { TcpSocket } from "../../sources/proc/tcp_sockets.ts";
import type { HostIndex } from "./host_index.ts";
import { isGenuine } from "./processes.ts";
import type { RdpDesktop } from "./rdp_desktops.ts";

const RDP_PORT = 3389;

/** The program that accepts clients: one listening process, and a child for each client. */
const SERVER = new Set(["xrdp"]);

/** The established connections to xrdp's port; undefined where xrdp does not listen on it, or that is unknown. */
export function rdpConnections(host: HostIndex): readonly TcpSocket[] | undefined {
  const connections = host.connectionsTo(RDP_PORT);
  return connections.length > 0 || host.listens("anybody", RDP_PORT) ? connections : undefined;
}

/** Remembers the connection of each desktop's client between collections. */
export class RdpPeerMemory {
  private inodes = new Map<string, number>();

  /** The last known connection of a desktop, if it is still open. */
  recall(desktop: RdpDesktop, open: Iterable<TcpSocket>): TcpSocket | undefined {
    const inode = this.inodes.get(keyOf(desktop));
    if (inode === undefined) return undefined;
    for (const socket of open) if (socket.inode === inode) return socket;
    return undefined;
  }

  /** Keeps only these: a desktop without a client now may have another one the next time. */
  keep(peers: ReadonlyMap<RdpDesktop, TcpSocket>): void {
    this.inodes = new Map(Array.from(peers, ([desktop, { inode }]) => [keyOf(desktop), inode]));
  }
}

function keyOf({ leaderPid, display }: RdpDesktop): string {
  return `${leaderPid} ${display}`;
}

/**
 * The client's address of each attached desktop. logind records the address at the session's start, and the client may
 * have reconnected from elsewhere, so this address counts only while there is a connection from it. Anybody can connect
 * to the port: without a record, and without the privilege to see which connections xrdp's processes serve, a client's
 * address is known only when all connections left come from it.
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
 * The connections whose xrdp process is also connected to a desktop: it has further sockets that are not inherited from
 * the listening process. Undefined when descriptors can't be read.
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

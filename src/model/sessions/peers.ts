import { canonicalAddress } from "../../sources/ip_address.ts";
import { type TcpSocket, addressFromHex } from "../../sources/proc_net_tcp.ts";
import { readOpenInodes } from "../../sources/proc_pid_fd.ts";
import type { HostView } from "./host_view.ts";
import type { SshConnection } from "./ssh_connections.ts";

/** What records say of a connection's other end, best first: addresses, and names where UseDNS is on. */
export type RecordedHosts = (string | undefined)[];

/**
 * The remote address of each connection: from its records; else from its socket, where privilege lets
 * us see which it has; else, when all SSH sockets that are left over come from one address, that one;
 * else the recorded host name; else empty.
 */
export function resolvePeers(
  view: HostView,
  connections: SshConnection[],
  recordedHosts: (connection: SshConnection) => RecordedHosts,
): Map<SshConnection, string> {
  const sockets = serverSockets(view);
  const unclaimed = countAddresses(sockets.values());
  const peers = new Map<SshConnection, string>();
  const unknown: [SshConnection, string][] = [];
  for (const connection of connections) {
    const hosts = recordedHosts(connection).filter((host) => host !== undefined && host !== "");
    const address =
      hosts.map((host) => canonicalAddress(host!)).find((literal) => literal !== undefined) ??
      addressOfSocket(view, connection, sockets);
    if (address === undefined) unknown.push([connection, hosts[0] ?? ""]);
    else {
      peers.set(connection, address);
      unclaimed.set(address, (unclaimed.get(address) ?? 0) - 1);
    }
  }
  const leftOver = [...unclaimed].filter(([, count]) => count > 0).map(([address]) => address);
  const only = leftOver.length === 1 ? leftOver[0] : undefined;
  for (const [connection, hostName] of unknown) peers.set(connection, only ?? hostName);
  return peers;
}

/** The sockets that root's sshd accepted, by inode. A forwarded channel's socket is its user's. */
function serverSockets(view: HostView): Map<number, TcpSocket> {
  const { tcp = [], sshPorts } = view.sources;
  const ofServer = (socket: TcpSocket) =>
    !socket.listening && socket.uid === 0 && sshPorts.has(socket.localPort);
  return new Map(tcp.filter(ofServer).map((socket) => [socket.inode, socket]));
}

function countAddresses(sockets: Iterable<TcpSocket>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const socket of sockets) {
    const address = addressFromHex(socket.remoteHex);
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return counts;
}

function addressOfSocket(
  view: HostView,
  connection: SshConnection,
  sockets: Map<number, TcpSocket>,
): string | undefined {
  for (const inode of readOpenInodes(view.sources.root, connection.pid) ?? []) {
    const socket = sockets.get(inode);
    if (socket) return addressFromHex(socket.remoteHex);
  }
  return undefined;
}

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
  const { sshPorts } = view.sources;
  const unclaimed = countAddresses(
    [...sockets.values()].filter(({ localPort }) => sshPorts.has(localPort)),
  );
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

/**
 * The sockets that a server of root's accepted, by inode. An sshd may listen on ports that nobody told
 * us of, so every port counts that root listens on; a channel's outgoing socket leaves from another.
 */
function serverSockets(view: HostView): Map<number, TcpSocket> {
  const { tcp = [], sshPorts } = view.sources;
  const ofRoot = tcp.filter(({ uid }) => uid === 0);
  const ports = new Set(sshPorts);
  for (const { listening, localPort } of ofRoot) if (listening) ports.add(localPort);
  const accepted = ofRoot.filter((socket) => !socket.listening && ports.has(socket.localPort));
  return new Map(accepted.map((socket) => [socket.inode, socket]));
}

function countAddresses(sockets: Iterable<TcpSocket>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const socket of sockets) {
    const address = addressFromHex(socket.remoteHex);
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return counts;
}

/** The socket that both the user's process and its monitor hold; SSH's own port first, for root's forwards. */
function addressOfSocket(
  view: HostView,
  { pid, leaderPid }: SshConnection,
  sockets: Map<number, TcpSocket>,
): string | undefined {
  const { root, sshPorts } = view.sources;
  const held = readOpenInodes(root, pid);
  if (!held) return undefined;
  const monitors = leaderPid === pid ? held : readOpenInodes(root, leaderPid);
  const shared = [...held]
    .filter((inode) => !monitors || monitors.has(inode))
    .map((inode) => sockets.get(inode))
    .filter((socket) => socket !== undefined);
  const socket = shared.find(({ localPort }) => sshPorts.has(localPort)) ?? shared[0];
  return socket && addressFromHex(socket.remoteHex);
}

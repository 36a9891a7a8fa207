import { canonicalAddress } from "../../sources/ip_address.ts";
import { type TcpSocket, addressFromHex } from "../../sources/proc/net_tcp.ts";
import { readOpenInodes } from "../../sources/proc/pid_fd.ts";
import type { HostView } from "./host_view.ts";
import type { SshConnection } from "./ssh_connections.ts";

/** What records say of a connection's other end, best first: addresses, and names where UseDNS is on. */
export type RecordedHosts = (string | undefined)[];

/**
 * The remote address of each connection: from its records; else from its socket, where privilege lets
 * us see which it has; else the recorded host name; else empty. Nothing is guessed from the sockets that
 * are left over: some belong to clients that have not logged in, and an attacker must not name himself.
 */
export function resolvePeers(
  view: HostView,
  connections: SshConnection[],
  recordedHosts: (connection: SshConnection) => RecordedHosts,
): Map<SshConnection, string> {
  const sockets = serverSockets(view);
  const peers = new Map<SshConnection, string>();
  for (const connection of connections) {
    const hosts = recordedHosts(connection).filter((host) => host !== undefined && host !== "");
    const literal = hosts.map((host) => canonicalAddress(host!)).find((host) => host !== undefined);
    const address = literal ?? addressOfSocket(view, connection, sockets) ?? hosts[0];
    peers.set(connection, address ?? "");
  }
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

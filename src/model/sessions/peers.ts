import { canonicalAddress } from "../../sources/ip_address.ts";
import { addressFromHex } from "../../sources/proc/net_tcp.ts";
import { readOpenInodes } from "../../sources/proc/pid_fd.ts";
import type { TcpSocket } from "../../sources/proc/tcp_sockets.ts";
import type { HostIndex } from "./host_index.ts";
import type { SshConnection } from "./ssh_connections.ts";

/** What records say of a connection's other end, best first: addresses, and names where UseDNS is on. */
export type RecordedHosts = (string | undefined)[];

/**
 * The remote address of each connection: from its records; else from its socket, where privilege lets
 * us see which it has; else the recorded host name; else empty. Nothing is guessed from the sockets that
 * are left over: some belong to clients that have not logged in, and an attacker must not name himself.
 */
export function resolvePeers(
  host: HostIndex,
  connections: SshConnection[],
  recordedHosts: (connection: SshConnection) => RecordedHosts,
): Map<SshConnection, string> {
  const peers = new Map<SshConnection, string>();
  for (const connection of connections) {
    const hosts = recordedHosts(connection).filter((name) => name !== undefined && name !== "");
    const literal = hosts.map((name) => canonicalAddress(name!)).find((name) => name !== undefined);
    const address = literal ?? addressOfSocket(host, connection) ?? hosts[0];
    peers.set(connection, address ?? "");
  }
  return peers;
}

/**
 * Whether a server of root's accepted the connection. An sshd may listen on ports that nobody told us of, so
 * every port counts that root listens on; a channel's outgoing socket leaves from another.
 */
function isAcceptedByRoot(host: HostIndex, { uid, localPort }: TcpSocket): boolean {
  return uid === 0 && (host.records.sshPorts.has(localPort) || host.listens(0, localPort));
}

/** The socket that both the user's process and its monitor hold; SSH's own port first, for root's forwards. */
function addressOfSocket(host: HostIndex, { pid, leaderPid }: SshConnection): string | undefined {
  const { root, sshPorts, tcp } = host.records;
  const held = readOpenInodes(root, pid);
  if (!held) return undefined;
  const monitors = leaderPid === pid ? held : readOpenInodes(root, leaderPid);
  const shared = [...held]
    .filter((inode) => !monitors || monitors.has(inode))
    .map((inode) => tcp?.connectionOf(inode))
    .filter((socket) => socket !== undefined)
    .filter((socket) => isAcceptedByRoot(host, socket));
  const socket = shared.find(({ localPort }) => sshPorts.has(localPort)) ?? shared[0];
  return socket && addressFromHex(socket.remoteHex);
}

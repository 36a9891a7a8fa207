import { canonicalAddress } from "../../sources/ip_address.ts";
import { addressFromHex } from "../../sources/proc/net_tcp.ts";
import { readOpenInodes } from "../../sources/proc/pid_fd.ts";
import type { TcpSocket } from "../../sources/proc/tcp_sockets.ts";
import type { HostIndex } from "./host_index.ts";
import type { SshConnection } from "./ssh_connections.ts";

/** The remote hosts in a connection's records, best first: addresses, or names when UseDNS is on. */
export type RecordedHosts = (string | undefined)[];

/**
 * The remote address of each connection: from its records; else from its socket, if privileges allow reading it; else
 * the recorded host name; else empty. It is never guessed from the remaining sockets: some belong to clients that have
 * not logged in, so an attacker could choose the address.
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
 * Whether a server run by root accepted the connection. An sshd may listen on ports that are not configured here, so
 * every port counts on which root listens; a channel's outgoing socket uses another port.
 */
function isAcceptedByRoot(host: HostIndex, { uid, localPort }: TcpSocket): boolean {
  return uid === 0 && (host.records.sshPorts.has(localPort) || host.listens(0, localPort));
}

/**
 * The remote address of the socket that both the user's process and its monitor hold. SSH's own port comes first, since
 * root may also hold forwarded connections.
 */
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

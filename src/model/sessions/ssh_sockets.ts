import type { TcpSocket } from "../../sources/proc/tcp_sockets.ts";
import type { HostIndex } from "./host_index.ts";

/** Below this port only root may listen, and the kernel chooses no port there for outgoing connections. */
const FIRST_UNPRIVILEGED_PORT = 1024;

/**
 * The established connections to a local SSH port. Outgoing connections use ports from 1024 on, so such a port counts
 * only while a process listens on it.
 */
export function sshSockets(host: HostIndex): TcpSocket[] {
  return [...host.records.sshPorts].flatMap((port) => {
    const counts = port < FIRST_UNPRIVILEGED_PORT || host.listens("anybody", port);
    return counts ? host.connectionsTo(port) : [];
  });
}

import type { TcpSocket } from "../../sources/proc/tcp_sockets.ts";
import type { HostIndex } from "./host_index.ts";

/** Below this port only root may listen, and no outgoing connection leaves from there by itself. */
const FIRST_UNPRIVILEGED_PORT = 1024;

/**
 * The established connections to a local SSH port. Outgoing connections leave from ports above 1024,
 * so a port up there counts only while something listens on it.
 */
export function sshSockets(host: HostIndex): TcpSocket[] {
  return [...host.records.sshPorts].flatMap((port) => {
    const counts = port < FIRST_UNPRIVILEGED_PORT || host.listens("anybody", port);
    return counts ? host.connectionsTo(port) : [];
  });
}

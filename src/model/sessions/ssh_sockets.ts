import type { TcpSocket } from "../../sources/proc/net_tcp.ts";

/** Below this port only root may listen, and no outgoing connection leaves from there by itself. */
const FIRST_UNPRIVILEGED_PORT = 1024;

/**
 * The established connections to a local SSH port. Outgoing connections leave from ports above 1024,
 * so a port up there counts only while something listens on it.
 */
export function sshSockets(tcp: readonly TcpSocket[], sshPorts: ReadonlySet<number>): TcpSocket[] {
  const listening = new Set(
    tcp.filter((socket) => socket.listening).map(({ localPort }) => localPort),
  );
  return tcp.filter(
    (socket) =>
      !socket.listening &&
      sshPorts.has(socket.localPort) &&
      (socket.localPort < FIRST_UNPRIVILEGED_PORT || listening.has(socket.localPort)),
  );
}

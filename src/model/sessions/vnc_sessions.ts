import { type TcpSocket, addressFromHex } from "../../sources/proc/net_tcp.ts";
import type { HostView } from "./host_view.ts";
import type { Session } from "./session.ts";
import { type VncServer, findVncServers } from "./vnc_servers.ts";

/** The connections of viewers: accepted by the server on its port, so they are its user's. */
export function viewersOf(server: VncServer, tcp: TcpSocket[]): TcpSocket[] {
  return tcp.filter(
    ({ listening, localPort, uid }) =>
      !listening && localPort === server.port && uid === server.uid,
  );
}

/**
 * One session for each viewer that looks at a VNC desktop. When a viewer came is on no record, so
 * these sessions have no start.
 */
export function vncSessions(view: HostView): Session[] {
  return findVncServers(view).flatMap((server) =>
    viewersOf(server, view.sources.tcp ?? []).map((socket) => ({
      user: view.sources.accounts.nameOf(server.uid),
      tty: `vnc:${server.display}`,
      fromIp: addressFromHex(socket.remoteHex),
      type: "vnc",
      startSeconds: undefined,
      lastInputSeconds: undefined,
    })),
  );
}

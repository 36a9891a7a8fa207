import { seesAllProcesses } from "../model/sessions/processes.ts";
import { sshSockets } from "../model/sessions/ssh_sockets.ts";
import { type Family, gauge, single } from "../metrics/metric.ts";
import type { Snapshot } from "./runtime/snapshot.ts";

const SSH = gauge("ssh_connections", "Established TCP connections to a local SSH port.");
const VNC = gauge("vnc_connections", "Established TCP connections to a VNC server of this host.");
const TABLES_READ = gauge(
  "tcp_tables_read",
  "Tables of TCP sockets read for this collection; none when no socket has opened or closed.",
);
const REMOTE = gauge("remote_connections", "SSH and VNC connections together.");

/** The ports of VNC servers; the first is x11vnc's default. */
const FIRST_VNC_PORT = 5900;
const LAST_VNC_PORT = 64999;

export const connectionsCollector = {
  name: "connections",
  help: "SSH and VNC connections",

  async collect(snapshot: Snapshot): Promise<Family[]> {
    const host = await snapshot.hostIndex();
    if (!host.records.tcp) return [];
    const tables = single(TABLES_READ, snapshot.host.tcpTables.tablesRead);
    const ssh = sshSockets(host).length;
    // VNC servers are found by their processes: where these are hidden, the number is unknown.
    if (!seesAllProcesses(host)) return [single(SSH, ssh), tables];
    const vnc = (await snapshot.desktopServers())
      .filter(({ protocol }) => protocol === "vnc")
      .filter(({ port }) => port >= FIRST_VNC_PORT && port <= LAST_VNC_PORT)
      .reduce((sum, { viewers }) => sum + viewers.length, 0);
    return [single(SSH, ssh), single(VNC, vnc), single(REMOTE, ssh + vnc), tables];
  },
};

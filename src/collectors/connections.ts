import { viewersOf } from "../model/sessions/vnc_sessions.ts";
import { findVncServers } from "../model/sessions/vnc_servers.ts";
import { sshSockets } from "../model/sessions/ssh_sockets.ts";
import { type Family, gauge, single } from "../metrics/metric.ts";
import type { Snapshot } from "./runtime/snapshot.ts";

const SSH = gauge("ssh_connections", "Established TCP connections to a local SSH port.");
const VNC = gauge("vnc_connections", "Established TCP connections to a VNC server of this host.");
const REMOTE = gauge("remote_connections", "SSH and VNC connections together.");

/** The ports that a VNC server is looked for on. */
const FIRST_VNC_PORT = 5901;
const LAST_VNC_PORT = 64999;

export const connectionsCollector = {
  name: "connections",
  help: "SSH and VNC connections",

  async collect(snapshot: Snapshot): Promise<Family[]> {
    const view = await snapshot.view();
    const { tcp, sshPorts } = view.sources;
    if (!tcp) return [];
    const ssh = sshSockets(tcp, sshPorts).length;
    // A VNC server is known by its process: where those are hidden, the number is not known.
    if (!view.seesAllProcesses) return [single(SSH, ssh)];
    const vnc = findVncServers(view)
      .filter(({ port }) => port >= FIRST_VNC_PORT && port <= LAST_VNC_PORT)
      .reduce((sum, server) => sum + viewersOf(server, tcp).length, 0);
    return [single(SSH, ssh), single(VNC, vnc), single(REMOTE, ssh + vnc)];
  },
};

import { addressFromHex } from "../../sources/proc/net_tcp.ts";
import type { HostIndex } from "./host_index.ts";
import type { Session } from "./session.ts";
import type { DesktopServer } from "./vnc_servers.ts";
import { vncPort } from "./vnc_programs.ts";

/**
 * One session for each viewer of a desktop. No record has the time when a viewer connected, so these sessions have no
 * start.
 */
export function viewerSessions(host: HostIndex, servers: readonly DesktopServer[]): Session[] {
  return servers.flatMap(({ protocol, uid, port, claimedDisplay, viewers }) => {
    if (viewers.length === 0) return [];
    const user = host.records.accounts.nameOf(uid);
    const tty = protocol === "vnc" ? displayOf(port, claimedDisplay) : "";
    return viewers.map(({ remoteHex }) => {
      const fromIp = addressFromHex(remoteHex);
      return {
        user,
        tty,
        fromIp,
        type: protocol,
        startSeconds: undefined,
        lastInputSeconds: undefined,
      };
    });
  });
}

/** The display numbers that servers choose by themselves are below this. */
const USUAL_DISPLAYS = 100;

/**
 * The label of a server: the display in its arguments, `vnc:7` for `:7` on port 6100; else the name that viewers
 * connect to: `vnc:1` for port 5901, `vnc::443` for a port below 5900. A user can put any display number into the
 * arguments, so only a usual one counts.
 */
function displayOf(port: number, claimed: number | undefined): string {
  if (claimed !== undefined && claimed < USUAL_DISPLAYS) return `vnc:${claimed}`;
  const display = port - vncPort(0);
  return display >= 0 ? `vnc:${display}` : `vnc::${port}`;
}

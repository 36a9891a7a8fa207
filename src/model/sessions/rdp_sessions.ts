import { readSocketInodes } from "../../sources/proc/pid_fd.ts";
import type { UnixSocket } from "../../sources/proc/net_unix.ts";
import type { Claims } from "./claims.ts";
import type { HostIndex } from "./host_index.ts";
import { startSeconds } from "./processes.ts";
import { type RdpDesktop, findRdpDesktops } from "./rdp_desktops.ts";
import { type RdpPeerMemory, assignPeers, rdpConnections } from "./rdp_peers.ts";
import { socketsByDisplay, socketsOf } from "./rdp_sockets.ts";
import type { Session } from "./session.ts";
import { vncPort } from "./vnc_programs.ts";

/** `yes` and `no` are certain; `unclear` when the sockets contradict each other. */
type Attachment = "yes" | "no" | "unclear";

/**
 * The xrdp sessions that a client is attached to. logind calls one `active` long after its client has gone, so the
 * connections between xrdp and the desktop tell. Desktops without a client are claimed too, so that no later step makes
 * sessions of them.
 */
export function rdpSessions(host: HostIndex, claims: Claims, memory: RdpPeerMemory): Session[] {
  const desktops = findRdpDesktops(host);
  for (const { display, leaderPid, logind } of desktops) {
    claims.takePid(leaderPid);
    claims.takeTty(`:${display}`);
    if (logind) claims.takeLogind(logind.id);
  }
  const attached = attachedOf(host, desktops);
  const peers = assignPeers(host, attached, memory);
  return attached.map((desktop) => ({
    user: host.records.accounts.nameOf(desktop.uid),
    tty: `:${desktop.display}`,
    fromIp: peers.get(desktop) ?? "",
    type: "rdp",
    startSeconds:
      desktop.logind?.startSeconds ??
      (desktop.row === undefined ? undefined : startSeconds(host, desktop.row)),
    lastInputSeconds: undefined,
  }));
}

/** The desktops with a client. Unclear ones count only as far as there are RDP connections left for them. */
function attachedOf(host: HostIndex, desktops: RdpDesktop[]): RdpDesktop[] {
  if (desktops.length === 0) return [];
  const sockets = socketsByDisplay(host.records.unix ?? []);
  const attachment = new Map(
    desktops.map((desktop) => [
      desktop,
      attachmentOf(host, desktop, sockets.get(desktop.display) ?? []),
    ]),
  );
  const certain = desktops.filter((desktop) => attachment.get(desktop) === "yes");
  const connections = rdpConnections(host)?.length ?? Infinity;
  if (connections === 0) return [];
  const unclear = desktops.filter((desktop) => attachment.get(desktop) === "unclear");
  const room = Math.max(0, connections - certain.length);
  return [...certain, ...unclear.slice(0, room)];
}

/**
 * Whether xrdp is connected to a desktop. Anybody can make a socket of any name, so the one who holds it tells,
 * where descriptors may be read. Elsewhere both of xrdp's connections have to be there: that to the X server,
 * and that to the channel server, which a desktop has unless channels are turned off.
 */
function attachmentOf(
  host: HostIndex,
  desktop: RdpDesktop,
  sockets: readonly UnixSocket[],
): Attachment {
  const { uid, display, isVnc } = desktop;
  const own = socketsOf(host, desktop, sockets);
  const viewers = isVnc ? host.connectionsTo(vncPort(display)).filter((it) => it.uid === uid) : [];
  const toDisplay = own.display.filter(({ listening }) => !listening);
  const toChannels = own.channels.filter(({ listening }) => !listening);
  const held = inodesOf(host, desktop);
  if (held) {
    const connected = [...toDisplay, ...toChannels, ...viewers];
    return connected.some(({ inode }) => held.has(inode)) ? "yes" : "no";
  }
  if (toDisplay.length === 0 && viewers.length === 0) return "no";
  if (viewers.length === 0 && !own.isDisplaySure) return "unclear";
  // The channel server stops listening while it has a client, and listens again afterwards.
  return own.channels.some(({ listening }) => listening) ? "unclear" : "yes";
}

/** The socket inodes of a desktop's X server and channel server; undefined when they can't be read. */
function inodesOf(host: HostIndex, { row, leaderPid }: RdpDesktop): Set<number> | undefined {
  const { root, table } = host.records;
  if (row === undefined) return undefined;
  const channels = host.childrenOf(leaderPid).find((it) => table.comm(it) === "xrdp-chansrv");
  const inodes = readSocketInodes(root, table.pid[row]!);
  if (!inodes || channels === undefined) return inodes;
  return inodes.union(readSocketInodes(root, table.pid[channels]!) ?? new Set());
}

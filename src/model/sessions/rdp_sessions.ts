import { readSocketInodes } from "../../sources/proc/pid_fd.ts";
import type { UnixSocket } from "../../sources/proc/net_unix.ts";
import type { Claims } from "./claims.ts";
import type { HostIndex } from "./host_index.ts";
import { startSeconds } from "./processes.ts";
import { type RdpDesktop, findRdpDesktops } from "./rdp_desktops.ts";
import { type RdpPeerMemory, assignPeers, rdpConnections } from "./rdp_peers.ts";
import type { Session } from "./session.ts";
import { vncPort } from "./vnc_programs.ts";

/** Where xrdp 0.10, and 0.9, puts a display's sockets: the X server's, and that of the channel server. */
const SOCKET_PATH =
  /^(?:(?:\/var)?\/run\/xrdp\/(?:sockdir\/)?(?:(\d+)\/)?|\/tmp\/\.xrdp\/)xrdp_(display|chansrv_socket)_(\d{1,5})$/;

/** `yes` and `no` are certain; `unclear` when the sockets contradict one another. */
type Attachment = "yes" | "no" | "unclear";

/**
 * The xrdp sessions that a client is attached to. logind calls one `active` long after its client has gone, so
 * the connections between xrdp and the desktop tell. Desktops without a client are claimed: they are no session
 * of any other kind either.
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

/** No more unclear ones than there are RDP connections that are not accounted for. */
function attachedOf(host: HostIndex, desktops: RdpDesktop[]): RdpDesktop[] {
  if (desktops.length === 0) return [];
  const sockets = Map.groupBy(host.records.unix ?? [], ({ path }) => SOCKET_PATH.exec(path)?.[3]);
  const attachment = new Map(
    desktops.map((desktop) => [
      desktop,
      attachmentOf(host, desktop, sockets.get(String(desktop.display)) ?? []),
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
  const own = sockets.filter(({ path }) => {
    const folderUid = SOCKET_PATH.exec(path)![1];
    return folderUid === undefined || Number(folderUid) === uid;
  });
  const viewers = isVnc ? host.connectionsTo(vncPort(display)).filter((it) => it.uid === uid) : [];
  const connected = [...own.filter(({ listening }) => !listening), ...viewers];
  const held = inodesOf(host, desktop);
  if (held) return connected.some(({ inode }) => held.has(inode)) ? "yes" : "no";

  const ofChannels = own.filter(({ path }) => path.includes("_chansrv_"));
  const isSeen = connected.length > ofChannels.filter(({ listening }) => !listening).length;
  if (!isSeen) return "no";
  if (ofChannels.length === 0) return "yes";
  // The channel server does not listen while it has its client, and listens when that has gone.
  return ofChannels.some(({ listening }) => listening) ? "unclear" : "yes";
}

/** The sockets of a desktop's X server and channel server; undefined where they may not be read. */
function inodesOf(host: HostIndex, { row, leaderPid }: RdpDesktop): Set<number> | undefined {
  const { root, table } = host.records;
  if (row === undefined) return undefined;
  const channels = host.childrenOf(leaderPid).find((it) => table.comm(it) === "xrdp-chansrv");
  const inodes = readSocketInodes(root, table.pid[row]!);
  if (!inodes || channels === undefined) return inodes;
  return inodes.union(readSocketInodes(root, table.pid[channels]!) ?? new Set());
}

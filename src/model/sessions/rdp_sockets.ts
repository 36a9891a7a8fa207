import type { UnixSocket } from "../../sources/proc/net_unix.ts";
import { socketOwner } from "../../sources/proc/socket_file.ts";
import type { HostIndex } from "./host_index.ts";
import type { RdpDesktop } from "./rdp_desktops.ts";

/** The paths of a display's sockets in xrdp 0.10 and 0.9: those of the X server and of the channel server. */
const SOCKET_PATH =
  /^(?:(?:\/var)?\/run\/xrdp\/(?:sockdir\/)?(?:(\d+)\/)?|\/tmp\/\.xrdp\/)xrdp_(display|chansrv_socket)_(\d{1,5})$/;

/** The sockets that may belong to a desktop's X server and channel server. */
export interface DesktopSockets {
  display: UnixSocket[];
  channels: UnixSocket[];
  /** False when the file of an X server's socket is missing: the X server keeps it as long as it runs. */
  isDisplaySure: boolean;
}

/** The sockets with a path of xrdp, by display number. */
export function socketsByDisplay(sockets: readonly UnixSocket[]): Map<number, UnixSocket[]> {
  const found = new Map<number, UnixSocket[]>();
  for (const socket of sockets) {
    const display = SOCKET_PATH.exec(socket.path)?.[3];
    if (display === undefined) continue;
    const others = found.get(Number(display));
    if (others) others.push(socket);
    else found.set(Number(display), [socket]);
  }
  return found;
}

/**
 * The sockets that are not another user's. In xrdp 0.9 all users share a folder, in which each can create a socket of
 * any name, so the owner of the file decides. The channel server deletes its file when its client connects, so only its
 * listening socket has one.
 *
 * @param sockets the sockets with a path of xrdp and the desktop's number
 */
export function socketsOf(
  { records: { root } }: HostIndex,
  { uid }: RdpDesktop,
  sockets: readonly UnixSocket[],
): DesktopSockets {
  const found: DesktopSockets = { display: [], channels: [], isDisplaySure: true };
  const byPath = Map.groupBy(sockets, ({ path }) => path);
  for (const [path, ofPath] of byPath) {
    const [, folderUid, kind] = SOCKET_PATH.exec(path)!;
    if (folderUid !== undefined && Number(folderUid) !== uid) continue;
    const owner = socketOwner(root.path(path));
    if (typeof owner === "number" && owner !== uid && owner !== 0) continue;
    if (kind === "display") {
      found.display.push(...ofPath);
      if (owner === "missing") found.isDisplaySure = false;
    } else {
      found.channels.push(...ofPath.filter(({ listening }) => !listening || owner !== "missing"));
    }
  }
  return found;
}

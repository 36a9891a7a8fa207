/** A host with one desktop of xrdp's. */
import { BOB, FakeHost } from "./fake_host.ts";

export const CLIENT = "192.0.2.7";
export const STRANGER = "192.0.2.66";

/** Bob's desktop :10 below xrdp's session manager, and the daemon that clients connect to. */
export function desktop(
  xServer = "Xorg",
  logindKeys: Record<string, string | number> = {},
): FakeHost {
  return new FakeHost()
    .process({ pid: 90, comm: "xrdp", args: ["/usr/sbin/xrdp"] })
    .tcp(3389, 0)
    .process({ pid: 100, comm: "xrdp-sesexec", args: ["xrdp-sesexec"], session: "4" })
    .process({ pid: 101, parentPid: 100, uid: BOB, comm: xServer, args: [xServer, ":10"] })
    .process({ pid: 102, parentPid: 100, uid: BOB, comm: "xrdp-chansrv", args: ["xrdp-chansrv"] })
    .logind("4", {
      UID: BOB,
      LEADER: 100,
      TYPE: "x11",
      SERVICE: "xrdp-sesman",
      DISPLAY: ":10",
      ...logindKeys,
    });
}

export const FOLDER = "/run/xrdp/sockdir/1001";
export const DISPLAY = `${FOLDER}/xrdp_display_10`;
export const CHANNELS = `${FOLDER}/xrdp_chansrv_socket_10`;

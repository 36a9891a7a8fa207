import { canonicalAddress } from "../../sources/ip_address.ts";
import type { LogindSession } from "../../sources/logins/logind.ts";
import { addressFromHex } from "../../sources/proc/net_tcp.ts";
import type { HostView } from "./host_view.ts";
import type { Session } from "./session.ts";

const RDP_PORT = 3389;

/** Where xrdp 0.10, and 0.9, puts the sockets of its displays. */
const DISPLAY_SOCKET =
  /^(?:(?:\/var)?\/run\/xrdp\/(?:sockdir\/)?(?:\d+\/)?|\/tmp\/\.xrdp\/)xrdp_display_\d+$/;

/**
 * An xrdp session that a client is attached to. A disconnected one stays `active` for logind; what
 * tells them apart is a connection to the display's socket, in `/proc/net/unix`.
 */
export function rdpSession(
  view: HostView,
  logind: LogindSession,
  user: string,
): Session | undefined {
  const display = logind.display.replace(/^:/, "");
  const attached = [...(view.sources.unix ?? [])].filter(([path]) => DISPLAY_SOCKET.test(path));
  if (!attached.some(([path]) => path.endsWith(`_${display}`))) return undefined;
  const { startSeconds } = logind;
  return {
    user,
    tty: logind.display,
    fromIp: peerOf(view, logind, attached.length),
    type: "rdp",
    startSeconds,
    lastInputSeconds: undefined,
  };
}

/**
 * logind's address is the one of the session's start, which a client that came back from elsewhere
 * makes untrue; with one session attached, the RDP connection itself tells.
 */
function peerOf(view: HostView, logind: LogindSession, attachedSessions: number): string {
  const peers = (view.sources.tcp ?? [])
    .filter(({ listening, localPort }) => !listening && localPort === RDP_PORT)
    .map(({ remoteHex }) => addressFromHex(remoteHex));
  const unique = new Set(peers);
  if (attachedSessions === 1 && unique.size === 1) return peers[0]!;
  return canonicalAddress(logind.remoteHost) ?? "";
}

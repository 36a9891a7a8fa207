import { canonicalAddress } from "../../sources/ip_address.ts";
import type { LogindSession } from "../../sources/logins/logind.ts";
import { ttyName } from "../../sources/proc/pid_stat.ts";
import { readCgroupSession } from "../../sources/proc/pid_session.ts";
import type { HostView } from "./host_view.ts";
import { rdpSession } from "./rdp_sessions.ts";
import type { Session } from "./session.ts";
import type { Claims } from "./claims.ts";

/**
 * The classes of sessions that are logins (man 8 pam_systemd); the others are greeters, lock screens,
 * services and each user's own service manager. Before classes existed every session was a login.
 */
const LOGIN_CLASSES = new Set([
  "",
  "user",
  "user-early",
  "user-light",
  "user-early-light",
  "user-incomplete",
]);

const GRAPHICAL_TYPES = new Set(["x11", "wayland", "mir", "web"]);

/** The sessions that only logind knows: consoles, desktops, RDP, and SSH where titles can't be read. */
export function logindSessions(view: HostView, taken: Claims): Session[] {
  const sessions: Session[] = [];
  for (const logind of view.sources.logind ?? []) {
    if (!isLogin(view, logind, taken)) continue;
    const session = toSession(view, logind);
    if (!session || taken.hasTty(session.tty)) continue;
    taken.takeLogind(logind.id);
    taken.takePid(logind.leaderPid);
    taken.takeTty(session.tty);
    sessions.push(session);
  }
  return sessions;
}

function isLogin(view: HostView, session: LogindSession, taken: Claims): boolean {
  return (
    LOGIN_CLASSES.has(session.class) &&
    session.state !== "closing" &&
    !taken.hasLogind(session.id) &&
    // TigerVNC's own unit is found as a VNC server, with its viewers.
    !/^(tigervnc|vncsession)/.test(session.service) &&
    view.isAlive(session.leaderPid, session.startSeconds, () => isInScope(view, session))
  );
}

function isInScope(view: HostView, { id, leaderPid }: LogindSession): boolean {
  return readCgroupSession(view.sources.root, leaderPid) === id;
}

function toSession(view: HostView, logind: LogindSession): Session | undefined {
  const { accounts } = view.sources;
  const user = accounts.nameOf(logind.uid);
  const { startSeconds } = logind;
  if (logind.service === "xrdp-sesman") return rdpSession(view, logind, user);
  const fromIp = canonicalAddress(logind.remoteHost) ?? logind.remoteHost;
  if (GRAPHICAL_TYPES.has(logind.type)) {
    const tty = logind.tty || logind.display;
    const lastInputSeconds = logind.tty ? view.tty(tty)?.lastInputSeconds : undefined;
    return { user, tty, fromIp, type: "graphical", startSeconds, lastInputSeconds };
  }
  const tty = logind.tty || ttyInScope(view, logind) || "";
  if (tty !== "") {
    const lastInputSeconds = view.tty(tty)?.lastInputSeconds;
    return { user, tty, fromIp, type: "terminal", startSeconds, lastInputSeconds };
  }
  if (!/^(sshd|ssh|dropbear)$/.test(logind.service)) return undefined;
  // A visible sshd shows its sessions by its titles: one that shows none is only just logging in.
  if (leadsSshd(view, logind)) return undefined;
  return { user, tty, fromIp, type: "ssh-npty", startSeconds, lastInputSeconds: undefined };
}

/** The terminal of a session whose file names none: its utmp entry's, or its oldest process's. */
function ttyInScope(view: HostView, logind: LogindSession): string | undefined {
  const { table, root, utmp = [] } = view.sources;
  const entry = utmp.find(
    (login) => login.pid === logind.leaderPid && view.tty(login.line) && view.isLoginAlive(login),
  );
  if (entry) return entry.line;
  let oldest: { startTicks: number; tty: string } | undefined;
  for (let row = 0; row < table.length; row++) {
    const tty = ttyName(table.ttyNumber[row]!);
    const startTicks = table.startTicks[row]!;
    if (tty === undefined || (oldest && oldest.startTicks <= startTicks)) continue;
    if (readCgroupSession(root, table.pid[row]!) === logind.id) oldest = { startTicks, tty };
  }
  return oldest?.tty;
}

function leadsSshd(view: HostView, { leaderPid }: LogindSession): boolean {
  const row = view.sources.table.row(leaderPid);
  return row >= 0 && view.sources.table.comm(row).startsWith("sshd");
}

import { canonicalAddress } from "../../sources/ip_address.ts";
import type { LogindSession } from "../../sources/logins/logind.ts";
import type { Claims } from "./claims.ts";
import type { HostIndex } from "./host_index.ts";
import { isNestedSession } from "./nested.ts";
import { isAlive, isLoginAlive } from "./processes.ts";
import type { Session } from "./session.ts";

/**
 * The classes of sessions that are logins (man 8 pam_systemd); the others are greeters, lock screens,
 * services and each user's own service manager. Before classes existed every session was a login.
 */
export const LOGIN_CLASSES: ReadonlySet<string> = new Set([
  "",
  "user",
  "user-early",
  "user-light",
  "user-early-light",
  "user-incomplete",
]);

/** The class of cron's jobs, and of logins whose server sets no terminal in PAM (Teleport). */
const BACKGROUND = "background";

const GRAPHICAL_TYPES = new Set(["x11", "wayland", "mir"]);

/** The states of a session (sd_session_get_state(3), and `opening` in its files). */
const STATES = ["opening", "online", "active", "closing"] as const;

/** The number of users' sessions in each state, without greeters, lock screens, managers and cron's jobs. */
export function countUserSessions(sessions: readonly LogindSession[]): Map<string, number> {
  const counts = new Map<string, number>(STATES.map((state) => [state, 0]));
  for (const session of sessions) {
    const count = counts.get(session.state);
    if (count !== undefined && LOGIN_CLASSES.has(session.class))
      counts.set(session.state, count + 1);
  }
  return counts;
}

/** The sessions that only logind has: consoles, desktops, web consoles, and SSH where titles can't be read. */
export function* logindSessions(host: HostIndex, claims: Claims): Generator<Session | undefined> {
  for (const logind of host.records.logind ?? []) yield logindSession(host, logind, claims);
}

function logindSession(
  host: HostIndex,
  logind: LogindSession,
  claims: Claims,
): Session | undefined {
  if (claims.hasLogind(logind.id) || !isLogin(host, logind)) return undefined;
  const session = toSession(host, logind);
  if (!session || claims.hasTty(session.tty)) return undefined;
  claims.takeLogind(logind.id);
  claims.takePid(logind.leaderPid);
  claims.takeTty(session.tty);
  return session;
}

function isLogin(host: HostIndex, session: LogindSession): boolean {
  return (
    (LOGIN_CLASSES.has(session.class) || session.class === BACKGROUND) &&
    session.state !== "closing" &&
    // VNC sessions are found by their servers, with their viewers.
    !/^(?:tigervnc|vncsession|vncserver|turbovnc)/.test(session.service) &&
    isAlive(host, session.leaderPid, session.startSeconds, () => isInScope(host, session)) &&
    !isNestedSession(host, session)
  );
}

function isInScope(host: HostIndex, { id, leaderPid }: LogindSession): boolean {
  return host.sessionOf(leaderPid) === id;
}

function toSession(host: HostIndex, logind: LogindSession): Session | undefined {
  const { startSeconds } = logind;
  const user = host.records.accounts.nameOf(logind.uid);
  const fromIp = canonicalAddress(logind.remoteHost) ?? logind.remoteHost;
  const session = { user, fromIp, startSeconds, lastInputSeconds: undefined };
  if (logind.class === BACKGROUND) {
    const tty = ttyOfLeader(host, logind);
    return tty === undefined ? undefined : onTty(host, session, tty);
  }
  if (logind.type === "web") return { ...session, tty: "", type: "web" };
  if (GRAPHICAL_TYPES.has(logind.type)) {
    const desktop: Session = { ...session, tty: logind.tty || logind.display, type: "graphical" };
    return logind.tty ? { ...onTty(host, desktop, logind.tty), type: "graphical" } : desktop;
  }
  const tty = logind.tty || ttyInScope(host, logind);
  if (tty !== undefined) return onTty(host, session, tty);
  if (!/^(sshd|ssh|dropbear)$/.test(logind.service)) return undefined;
  // A visible sshd shows its sessions in its titles: without one it is still logging in.
  if (leadsSshd(host, logind)) return undefined;
  return { ...session, tty: "", type: "ssh-npty" };
}

function onTty(host: HostIndex, session: Omit<Session, "tty" | "type">, tty: string): Session {
  const lastInputSeconds = host.tty(tty)?.lastInputSeconds;
  return { ...session, tty, type: "terminal", lastInputSeconds };
}

/** The terminal of a session whose file has none: from its utmp entry, or from its oldest process. */
function ttyInScope(host: HostIndex, logind: LogindSession): string | undefined {
  const entry = host
    .utmpOf(logind.leaderPid)
    .find((login) => host.tty(login.line) && isLoginAlive(host, login));
  return entry?.line ?? host.ttysInScope(logind.id)[0];
}

/**
 * The terminal that the session's leader, a server run by root, gave to its own child. Sessions of cron may also have
 * terminals, of tmux or expect, but these belong to children of cron's job.
 */
function ttyOfLeader(host: HostIndex, { id, leaderPid, uid }: LogindSession): string | undefined {
  const { table } = host.records;
  const leader = table.row(leaderPid);
  if (leader < 0 || table.uid[leader] !== 0) return undefined;
  return host.ttysInScope(id).find((tty) => {
    const oldest = host.rowsOnTty(tty)[0]!;
    return table.parentPid[oldest] === leaderPid && table.uid[oldest] === uid;
  });
}

function leadsSshd(host: HostIndex, { leaderPid }: LogindSession): boolean {
  const { table } = host.records;
  const row = table.row(leaderPid);
  return row >= 0 && table.comm(row).startsWith("sshd");
}

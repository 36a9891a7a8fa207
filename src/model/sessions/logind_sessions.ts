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

/** The class of cron's jobs, and of logins whose server does not tell PAM of a terminal (Teleport). */
const BACKGROUND = "background";

const GRAPHICAL_TYPES = new Set(["x11", "wayland", "mir"]);

/** What logind says of a session that is not gone (sd_session_get_state(3), and `opening` in its files). */
const STATES = ["opening", "online", "active", "closing"] as const;

/** The number of users' sessions in each state: greeters, lock screens, managers and cron's jobs left out. */
export function countUserSessions(sessions: readonly LogindSession[]): Map<string, number> {
  const counts = new Map<string, number>(STATES.map((state) => [state, 0]));
  for (const session of sessions) {
    const count = counts.get(session.state);
    if (count !== undefined && LOGIN_CLASSES.has(session.class))
      counts.set(session.state, count + 1);
  }
  return counts;
}

/** The sessions that only logind knows: consoles, desktops, web consoles, and SSH where titles can't be read. */
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
    // These are found as VNC servers, with their viewers.
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
  // A visible sshd shows its sessions by its titles: one that shows none is only just logging in.
  if (leadsSshd(host, logind)) return undefined;
  return { ...session, tty: "", type: "ssh-npty" };
}

function onTty(host: HostIndex, session: Omit<Session, "tty" | "type">, tty: string): Session {
  const lastInputSeconds = host.tty(tty)?.lastInputSeconds;
  return { ...session, tty, type: "terminal", lastInputSeconds };
}

/** The terminal of a session whose file names none: its utmp entry's, or its oldest process's. */
function ttyInScope(host: HostIndex, logind: LogindSession): string | undefined {
  const entry = host
    .utmpOf(logind.leaderPid)
    .find((login) => host.tty(login.line) && isLoginAlive(host, login));
  return entry?.line ?? host.ttysInScope(logind.id)[0];
}

/**
 * The terminal that root's server, which leads the session, gave to a child of its own. In cron's sessions there
 * may be terminals as well, of tmux or expect: those are children of what cron started.
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

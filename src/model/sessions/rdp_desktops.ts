import type { LogindSession } from "../../sources/logins/logind.ts";
import type { ProcessTable } from "../../sources/proc/process_table.ts";
import type { HostIndex } from "./host_index.ts";
import { argumentsOf, isAlive, isGenuine } from "./processes.ts";
import { displayArgument } from "./vnc_programs.ts";

/** The X servers that xrdp's session manager starts for sessions. */
const X_SERVERS = new Set(["Xorg", "Xvnc", "Xtigervnc", "X11rdp"]);
/** The X servers that xrdp connects to over TCP as a VNC viewer; X11rdp and Xorg have a Unix socket. */
const VNC_SERVERS = new Set(["Xvnc", "Xtigervnc"]);

/** The process of root that leads an xrdp session: up to 0.9, and since 0.10. */
const LEADERS = new Set(["xrdp-sesman", "xrdp-sesexec"]);

const PAM_SERVICE = "xrdp-sesman";

/** A desktop that xrdp started, whether a client is attached or not. */
export interface RdpDesktop {
  uid: number;
  /** Its X display number. */
  display: number;
  leaderPid: number;
  logind: LogindSession | undefined;
  /** The row of its X server; undefined where it can't be seen. */
  row: number | undefined;
  /** Whether the X server is a VNC server; xrdp is its only viewer. */
  isVnc: boolean;
}

/** Whether there may be xrdp desktops: only then are xrdp's sockets worth reading. */
export function hasRdpDesktops(
  table: ProcessTable,
  logind: readonly LogindSession[] = [],
): boolean {
  return logind.some(isRdpLogin) || table.rowsNamed(LEADERS).length > 0;
}

/** Finds the desktops by the processes below xrdp's session manager, and those that only logind has. */
export function findRdpDesktops(host: HostIndex): RdpDesktop[] {
  const { table, logind: sessions = [] } = host.records;
  const desktops: RdpDesktop[] = [];
  const seen = new Set<LogindSession>();
  for (const row of table.rowsNamed(X_SERVERS)) {
    if (!isXrdpChild(host, row) || !isGenuine(host, row)) continue;
    const display = displayArgument(argumentsOf(host, row));
    if (display === undefined) continue;
    const leaderPid = table.parentPid[row]!;
    const logind = host.logindLedBy(leaderPid).find(isRdpLogin);
    if (logind) seen.add(logind);
    const isVnc = VNC_SERVERS.has(table.comm(row));
    desktops.push({ uid: table.uid[row]!, display, leaderPid, logind, row, isVnc });
  }
  for (const logind of sessions) {
    if (!isRdpLogin(logind) || seen.has(logind)) continue;
    const { uid, leaderPid, startSeconds } = logind;
    const display = displayArgument(["", logind.display]);
    const isLed = () => host.sessionOf(leaderPid) === logind.id;
    if (display === undefined || !isAlive(host, leaderPid, startSeconds, isLed)) continue;
    desktops.push({ uid, display, leaderPid, logind, row: undefined, isVnc: false });
  }
  return desktops;
}

/** Whether xrdp's session manager started this process. */
export function isXrdpChild({ records: { table } }: HostIndex, row: number): boolean {
  const parent = table.row(table.parentPid[row]!);
  return parent >= 0 && table.uid[parent] === 0 && LEADERS.has(table.comm(parent));
}

export function isRdpLogin({ service, state }: LogindSession): boolean {
  return service === PAM_SERVICE && state !== "closing";
}

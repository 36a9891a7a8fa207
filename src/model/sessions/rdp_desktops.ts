import type { LogindSession } from "../../sources/logins/logind.ts";
import type { ProcessTable } from "../../sources/proc/process_table.ts";
import type { HostIndex } from "./host_index.ts";
import { argumentsOf, isAlive, isGenuine } from "./processes.ts";
import { displayArgument } from "./vnc_programs.ts";

/** What xrdp's session manager starts for a session: the X server that the client looks at. */
const X_SERVERS = new Set(["Xorg", "Xvnc", "Xtigervnc", "X11rdp"]);
/** Those of them that xrdp connects to by TCP, as a VNC viewer; X11rdp has a Unix socket, as Xorg has. */
const VNC_SERVERS = new Set(["Xvnc", "Xtigervnc"]);

/** The process of root's that leads an xrdp session: up to 0.9, and since 0.10. */
const LEADERS = new Set(["xrdp-sesman", "xrdp-sesexec"]);

const PAM_SERVICE = "xrdp-sesman";

/** A desktop that xrdp started, whether a client is attached or not. */
export interface RdpDesktop {
  uid: number;
  /** The number of its X display. */
  display: number;
  leaderPid: number;
  logind: LogindSession | undefined;
  /** The row of its X server; undefined where it can't be seen. */
  row: number | undefined;
  /** Whether the X server is a VNC server, which xrdp is the only viewer of. */
  isVnc: boolean;
}

/** Whether there can be any: only then are xrdp's sockets worth reading. */
export function hasRdpDesktops(
  table: ProcessTable,
  logind: readonly LogindSession[] = [],
): boolean {
  return logind.some(isRdpLogin) || table.rowsNamed(LEADERS).length > 0;
}

/** The desktops, as the processes below xrdp's session manager show them, and those that only logind knows. */
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

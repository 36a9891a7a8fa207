import type { TcpSocket } from "../../sources/proc/net_tcp.ts";
import type { HostView } from "./host_view.ts";

/** A VNC server: who runs it, and the port that its viewers connect to. */
export interface VncServer {
  uid: number;
  port: number;
  /** What viewers are told to connect to: the display's number, or `:PORT` for a port below 5900. */
  display: string;
}

/** Servers with a desktop of their own, on port 5900+N for display N (TigerVNC, TightVNC, RealVNC). */
const DESKTOP_COMMS = new Set(["Xtigervnc", "Xvnc", "Xtightvnc", "Xvnc-core", "Xrealvnc"]);

/** Servers that share a desktop which somebody else shows; they listen on 5900 or the next free port. */
const SHARING_COMMS = new Set([
  "x11vnc",
  "X0tigervnc",
  "x0vncserver",
  "wayvnc",
  "krfb",
  "vino-server",
  "gnome-remote-de", // comm is cut to 15 bytes
  "vncserver-x11-c",
]);

const SERVER_COMMS = DESKTOP_COMMS.union(SHARING_COMMS);

const FIRST_PORT = 5900;
const LAST_SHARING_PORT = 5999;

/**
 * The VNC servers: processes of a known kind that own a listening socket on their port. A port number
 * alone proves nothing, since outgoing connections leave from the same range.
 */
export function findVncServers(view: HostView): VncServer[] {
  const listeners = (view.sources.tcp ?? []).filter(({ listening }) => listening);
  const servers: VncServer[] = [];
  const { table } = view.sources;
  for (const row of table.rowsNamed(SERVER_COMMS)) {
    if (!view.isGenuine(row)) continue;
    const sharing = SHARING_COMMS.has(table.comm(row));
    const uid = table.uid[row]!;
    const mine = listeners.filter((socket) => socket.uid === uid);
    const args = view.arguments(row);
    const port = sharing ? sharingPort(args, mine) : desktopPort(args, mine);
    if (port === undefined || servers.some((server) => server.port === port)) continue;
    servers.push({ uid, port, display: displayLabel(displayOf(args, sharing), port) });
  }
  return servers;
}

function displayLabel(display: number | undefined, port: number): string {
  if (display !== undefined) return String(display);
  return port >= FIRST_PORT ? String(port - FIRST_PORT) : `:${port}`;
}

/** `-rfbport P` or `-rfbport=P`; without it, or with 0, 5900+N; -1 is no TCP at all. */
function desktopPort(args: string[], listeners: TcpSocket[]): number | undefined {
  const display = displayOf(args, false);
  const given = portArgument(args) ?? 0;
  const port = given !== 0 ? given : display === undefined ? 0 : FIRST_PORT + display;
  return listeners.some(({ localPort }) => localPort === port) ? port : undefined;
}

/** A given port, else the one port of the usual range that the server's user listens on. */
function sharingPort(args: string[], listeners: TcpSocket[]): number | undefined {
  const given = portArgument(args);
  const ports = new Set(listeners.map(({ localPort }) => localPort));
  if (given !== undefined) return ports.has(given) ? given : undefined;
  const usual = [...ports].filter((port) => port >= FIRST_PORT && port <= LAST_SHARING_PORT);
  return usual.length === 1 ? usual[0] : undefined;
}

function portArgument(args: string[]): number | undefined {
  for (const [i, arg] of args.entries()) {
    const match = /^--?rfbport(?:=(-?\d+))?$/i.exec(arg);
    const value = match?.[1] ?? (match ? args[i + 1] : undefined);
    if (value !== undefined && /^-?\d+$/.test(value)) return Number(value);
  }
  return undefined;
}

/** The display that a desktop server makes; a sharing server's number follows from its port. */
function displayOf(args: string[], sharing: boolean): number | undefined {
  const display = sharing ? undefined : args.slice(1).find((arg) => /^:\d+$/.test(arg));
  return display === undefined ? undefined : Number(display.slice(1));
}

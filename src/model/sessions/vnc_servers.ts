import { readSocketInodes } from "../../sources/proc/pid_fd.ts";
import type { TcpSocket } from "../../sources/proc/tcp_sockets.ts";
import { type YieldTurn, turnEvery } from "../../sources/turn.ts";
import type { HostIndex } from "./host_index.ts";
import { argumentsOf, isGenuine } from "./processes.ts";
import { isXrdpChild } from "./rdp_desktops.ts";
import { findInetdServers } from "./vnc_inetd.ts";
import {
  DESKTOP_PROGRAMS,
  type DesktopProgram,
  PROCESSES_A_TURN,
  USUAL_PORTS,
  desktopProcesses,
  displayArgument,
  portsOf,
} from "./vnc_programs.ts";

/** A server that shares a desktop on a port. */
export interface DesktopServer {
  protocol: "vnc" | "rdp";
  uid: number;
  port: number;
  /** The X display in its arguments, if any. */
  claimedDisplay?: number | undefined;
  /** The established connections to it, including viewers that have not authenticated yet. */
  viewers: readonly TcpSocket[];
}

/** A process without a port in its arguments. */
interface Candidate {
  row: number;
  program: DesktopProgram;
}

/**
 * Finds the servers: processes of known programs whose user listens on their port. A port number alone proves nothing,
 * since outgoing connections use the same range.
 *
 * @param yieldTurn yields to other work
 */
export async function findDesktopServers(
  host: HostIndex,
  yieldTurn?: YieldTurn,
): Promise<DesktopServer[]> {
  const servers = new Map<string, DesktopServer>();
  const candidates = new Map<number, Candidate[]>();
  const { table } = host.records;
  const turn = turnEvery(PROCESSES_A_TURN, yieldTurn);
  for (const row of desktopProcesses(host)) {
    const pause = turn();
    if (pause) await pause;
    const uid = table.uid[row]!;
    if (host.listenersOf(uid).length === 0 || isXrdpChild(host, row)) continue;
    if (!isGenuine(host, row)) continue;
    const args = argumentsOf(host, row);
    // gnome-remote-desktop's system service passes its clients to the user's own process.
    if (args.includes("--system")) continue;
    for (const program of DESKTOP_PROGRAMS.get(table.comm(row))!) {
      const given = portsOf(program, args);
      const isKnown = given.length > 0 || program.port === "display";
      if (!isKnown) candidates.set(uid, [...(candidates.get(uid) ?? []), { row, program }]);
      const claimedDisplay = program.port === "display" ? displayArgument(args) : undefined;
      for (const port of given) {
        addServer(host, servers, { protocol: program.protocol, uid, port, claimedDisplay });
      }
    }
  }
  for (const [uid, ofUser] of candidates) {
    for (const [program, rows] of Map.groupBy(ofUser, (it) => it.program)) {
      const pids = rows.map(({ row }) => table.pid[row]!);
      for (const port of unnamedPorts(host, servers, program, uid, pids)) {
        addServer(host, servers, { protocol: program.protocol, uid, port });
      }
    }
  }
  const own = [...servers.values()];
  return [...own, ...(await findInetdServers(host, own, yieldTurn))];
}

function addServer(
  host: HostIndex,
  servers: Map<string, DesktopServer>,
  server: Omit<DesktopServer, "viewers">,
): void {
  const { uid, port } = server;
  const key = `${uid}:${port}`;
  if (servers.has(key) || !host.listens(uid, port)) return;
  const viewers = host.connectionsTo(port).filter((socket) => socket.uid === uid);
  servers.set(key, { ...server, viewers });
}

/**
 * The ports of servers without one in their arguments: those that they hold open, if that can be read. Else the usual
 * ports on which their user listens and that no other server has: all of them if there are at most as many as servers,
 * else only the default one.
 */
function unnamedPorts(
  host: HostIndex,
  servers: ReadonlyMap<string, DesktopServer>,
  { defaultPort }: DesktopProgram,
  uid: number,
  pids: readonly number[],
): number[] {
  const listeners = host.listenersOf(uid).filter(({ localPort }) => {
    const isUsual = localPort >= defaultPort && localPort < defaultPort + USUAL_PORTS;
    return isUsual && !servers.has(`${uid}:${localPort}`);
  });
  const ports = [...new Set(listeners.map(({ localPort }) => localPort))];
  if (ports.length === 0) return [];
  const held = pids.map((pid) => readSocketInodes(host.records.root, pid));
  if (held.every((inodes) => inodes !== undefined)) {
    const inodes = held.reduce((all, some) => all.union(some), new Set<number>());
    const own = listeners.filter(({ inode }) => inodes.has(inode));
    return [...new Set(own.map(({ localPort }) => localPort))];
  }
  if (ports.length <= pids.length) return ports;
  return ports.includes(defaultPort) ? [defaultPort] : [];
}

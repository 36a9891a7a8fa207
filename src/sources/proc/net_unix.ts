/**
 * `/proc/net/unix`: the Unix sockets of the network namespace, readable by everybody. It tells how
 * many clients a socket path has, never who they are. man 5 proc_pid_net.
 */
import type { Root } from "../root.ts";
import { readSeqFile } from "./seq_file.ts";

const CONNECTED = "03";

/** How many connections each socket path has accepted that are still open. */
export type UnixConnections = Map<string, number>;

/** @throws the system's error when the table can't be read */
export async function readUnixConnections(root: Root): Promise<UnixConnections> {
  return parseUnix((await readSeqFile(root.proc("net/unix"))).toString());
}

/** The columns: `Num RefCount Protocol Flags Type St Inode Path`. */
export function parseUnix(text: string): UnixConnections {
  const connections: UnixConnections = new Map();
  for (const line of text.split("\n")) {
    const match = /^\S+ \S+ \S+ \S+ \S+ (\S\S) +\d+ (\/.*)$/.exec(line);
    if (match?.[1] !== CONNECTED) continue;
    const path = match[2]!;
    connections.set(path, (connections.get(path) ?? 0) + 1);
  }
  return connections;
}

/**
 * `/proc/net/unix`: the Unix sockets of the network namespace, readable by everybody. man 5 proc_pid_net.
 *
 * Any user decides how many there are, and the kernel prints a socket's path as it was given to bind(2),
 * newlines included, seen from the mount namespace of whoever bound it. So a line proves no more than that
 * somebody made it: the model looks for more (see the model's rdp_sessions.ts).
 */
import { BrokenSourceError } from "../errors.ts";
import type { Root } from "../root.ts";
import { readSeqFile } from "./seq_file.ts";
import { NAMESPACE, type SourceInfo } from "../source.ts";

export const UNIX = {
  name: "unix",
  paths: ["/proc/net/unix"],
  lost: "RDP sessions",
  whenMissing: `it is not in the /proc that is seen: ${NAMESPACE}`,
  whenForbidden: NAMESPACE,
} as const satisfies SourceInfo;

/** A stream socket with a path that listens or that was accepted from one that did. */
export interface UnixSocket {
  path: string;
  listening: boolean;
  inode: number;
}

/** `Num RefCount Protocol Flags Type St Inode Path`, widths as in the kernel's net/unix/af_unix.c. */
const LINE = /^[0-9a-f]{8,16}: [0-9A-F]{8} 00000000 ([0-9A-F]{8}) 0001 (0[13]) +(\d{1,20}) (\/.*)$/;

const LISTENS = "00010000";
const UNCONNECTED = "01";

/** A line has 60 bytes before the path, which has 108 at most. */
const MAX_LINE_BYTES = 256;

const NEWLINE = 0x0a;

/** More sockets with such a name exist only where somebody makes them to be in the way. */
export const MAX_SOCKETS = 10_000;

/**
 * @param namePart only sockets with this in their path are made objects of
 * @throws the system's error when the table can't be read, BrokenSourceError when it is too long
 */
export async function readUnixSockets(root: Root, namePart: string): Promise<UnixSocket[]> {
  const path = root.path(UNIX.paths[0]);
  const sockets = parseUnix(await readSeqFile(path), namePart);
  if (sockets) return sockets;
  throw new BrokenSourceError(path, `has more than ${MAX_SOCKETS} sockets with ${namePart}`);
}

/** The sockets in whole lines of the kernel's form, other lines are passed over; undefined for too many. */
export function parseUnix(bytes: Buffer, namePart: string): UnixSocket[] | undefined {
  const sockets = new Map<string, UnixSocket>();
  let end = 0;
  for (let found = 0; found <= MAX_SOCKETS; found++) {
    const at = bytes.indexOf(namePart, end);
    if (at < 0) return [...sockets.values()];
    const newline = bytes.indexOf(NEWLINE, at);
    if (newline < 0) return [...sockets.values()];
    const start = Math.max(bytes.lastIndexOf(NEWLINE, at) + 1, end, at - MAX_LINE_BYTES);
    end = newline + 1;
    const socket = parseLine(
      bytes.toString("latin1", start, Math.min(newline, at + MAX_LINE_BYTES)),
    );
    // Under churn the kernel may list a socket twice.
    if (socket) sockets.set(`${socket.inode} ${socket.listening} ${socket.path}`, socket);
  }
  return undefined;
}

function parseLine(line: string): UnixSocket | undefined {
  const [, flags, state, inode, path] = LINE.exec(line) ?? [];
  if (path === undefined) return undefined;
  const listening = flags === LISTENS;
  // A socket that is bound, but neither listens nor is connected, is not waited for by anybody.
  if (!listening && state === UNCONNECTED) return undefined;
  return { path, listening, inode: Number(inode) };
}

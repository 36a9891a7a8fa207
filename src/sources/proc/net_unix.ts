/**
 * `/proc/net/unix`: the Unix sockets of the network namespace, readable by everybody. man 5 proc_pid_net.
 *
 * Any user can create many of them, and the kernel prints a socket's path as passed to bind(2), newlines included, in
 * the mount namespace of the process that bound it. So a line only proves that somebody created it;
 * src/model/sessions/rdp_sessions.ts checks more.
 */
import { BrokenSourceError } from "../errors.ts";
import type { Root } from "../root.ts";
import { readSeqFile } from "./seq_file.ts";
import { NAMESPACE, type SourceInfo } from "../source.ts";

export const UNIX = {
  name: "unix",
  paths: ["/proc/net/unix"],
  lost: "RDP sessions",
  whenMissing: `it is not in the /proc that the exporter sees: ${NAMESPACE}`,
  whenForbidden: NAMESPACE,
} as const satisfies SourceInfo;

/** A stream socket with a path: one that listens, or one accepted from it. */
export interface UnixSocket {
  path: string;
  listening: boolean;
  inode: number;
}

/** `Num RefCount Protocol Flags Type St Inode Path`, widths as in the kernel's net/unix/af_unix.c. */
const LINE = /^[0-9a-f]{8,16}: [0-9A-F]{8} 00000000 ([0-9A-F]{8}) 0001 (0[13]) +(\d{1,20}) (\/.*)$/;

const LISTENS = "00010000";
const UNCONNECTED = "01";

/** A line has 60 bytes before the path, and the path at most 108. */
const MAX_LINE_BYTES = 256;

const NEWLINE = 0x0a;

/** Most sockets with the wanted name: more exist only when a user creates them to cause harm. */
export const MAX_SOCKETS = 10_000;

/**
 * @param namePart only sockets with this text in their path are parsed
 * @throws the system's error when the table can't be read, BrokenSourceError when it is too long
 */
export async function readUnixSockets(root: Root, namePart: string): Promise<UnixSocket[]> {
  const path = root.path(UNIX.paths[0]);
  const sockets = parseUnix(await readSeqFile(path), namePart);
  if (sockets) return sockets;
  throw new BrokenSourceError(path, `has more than ${MAX_SOCKETS} sockets with ${namePart}`);
}

/** The sockets in complete lines of the kernel's format; other lines are skipped. Undefined when there are too many. */
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
    // While sockets open and close, the kernel may list one twice.
    if (socket) sockets.set(`${socket.inode} ${socket.listening} ${socket.path}`, socket);
  }
  return undefined;
}

function parseLine(line: string): UnixSocket | undefined {
  const [, flags, state, inode, path] = LINE.exec(line) ?? [];
  if (path === undefined) return undefined;
  const listening = flags === LISTENS;
  // A bound socket that neither listens nor is connected is of no interest.
  if (!listening && state === UNCONNECTED) return undefined;
  return { path, listening, inode: Number(inode) };
}

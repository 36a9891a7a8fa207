/**
 * `/proc/net/tcp` and `/proc/net/tcp6`: the TCP sockets of the network namespace, one a line.
 * Seen on Linux 4.19 to 6.18; documented in the kernel's Documentation/networking/proc_net_tcp.rst.
 */
import { formatAddress } from "./ip_address.ts";
import type { Root } from "./root.ts";
import { readSeqFile } from "./seq_file.ts";

const ESTABLISHED = 0x01;
const LISTEN = 0x0a;

/** A socket that is established or listens; sockets in other states are left out. */
export interface TcpSocket {
  listening: boolean;
  localPort: number;
  remotePort: number;
  /** The peer as the kernel prints it: 8 or 32 hex digits; `addressFromHex` makes it readable. */
  remoteHex: string;
  /** The user who made or accepted it, not the peer's. */
  uid: number;
  /** The socket's inode; 0 for a connection that waits to be accepted. */
  inode: number;
}

/**
 * Reads both tables. Under churn the kernel may list a socket twice, so equal rows count once.
 *
 * @throws the system's error when `net/tcp` can't be read; a missing `net/tcp6` is a host without IPv6
 */
export async function readTcpSockets(root: Root): Promise<TcpSocket[]> {
  // Opened through the root's own "net", which is a link to self/net: the exporter's namespace.
  const v4 = parseTcp(await readSeqFile(root.proc("net/tcp")));
  const v6 = parseTcp(await readTcp6(root));
  const sockets = new Map<number | string, TcpSocket>();
  for (const socket of [...v4, ...v6]) sockets.set(rowKey(socket), socket);
  return [...sockets.values()];
}

async function readTcp6(root: Root): Promise<Uint8Array> {
  try {
    return await readSeqFile(root.proc("net/tcp6"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Uint8Array();
    throw error;
  }
}

/** A connection that nobody has accepted yet has no inode; its peer tells it apart. */
function rowKey({ inode, localPort, remotePort, remoteHex }: TcpSocket): number | string {
  return inode !== 0 ? inode : `${localPort} ${remotePort} ${remoteHex}`;
}

/** Parses one of the two tables; a line that is cut off or odd is passed over. */
export function parseTcp(bytes: Uint8Array): TcpSocket[] {
  const sockets: TcpSocket[] = [];
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = text.indexOf(0x0a) + 1; // The first line names the columns.
  while (start > 0 && start < text.length) {
    const newline = text.indexOf(0x0a, start);
    if (newline < 0) break;
    const socket = parseLine(text, start, newline);
    if (socket) sockets.push(socket);
    start = newline + 1;
  }
  return sockets;
}

/** The columns: `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …`. */
function parseLine(text: Buffer, start: number, end: number): TcpSocket | undefined {
  const colon = text.indexOf(0x3a, start);
  const local = colon + 2;
  const localColon = text.indexOf(0x3a, local);
  if (colon < 0 || localColon < 0 || localColon > end) return undefined;
  const width = localColon - local;
  // Behind the local address all columns up to the state have fixed widths: ":PPPP REMOTE:PPPP SS".
  const remote = localColon + 6;
  const stateAt = remote + width + 6;
  if ((width !== 8 && width !== 32) || stateAt + 2 > end) return undefined;
  const state = Number.parseInt(text.toString("latin1", stateAt, stateAt + 2), 16);
  if (state !== ESTABLISHED && state !== LISTEN) return undefined;
  const columns = text
    .toString("latin1", stateAt + 2, end)
    .trim()
    .split(/ +/);
  const uid = Number(columns[3]);
  const inode = Number(columns[5]);
  if (!Number.isSafeInteger(uid) || !Number.isSafeInteger(inode)) return undefined;
  return {
    listening: state === LISTEN,
    localPort: Number.parseInt(text.toString("latin1", localColon + 1, localColon + 5), 16),
    remotePort: Number.parseInt(
      text.toString("latin1", remote + width + 1, remote + width + 5),
      16,
    ),
    remoteHex: text.toString("latin1", remote, remote + width),
    uid,
    inode,
  };
}

/** The canonical text of an address of these tables: 32-bit words, each printed in host order. */
export function addressFromHex(hexText: string): string {
  const bytes = Buffer.from(hexText, "hex");
  if (bytes.length % 4 !== 0) return "";
  return formatAddress(bytes.swap32());
}

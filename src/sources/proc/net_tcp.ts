/**
 * `/proc/net/tcp` and `/proc/net/tcp6`: the TCP sockets of the network namespace, one a line.
 * Seen on Linux 4.19 to 6.18; documented in the kernel's Documentation/networking/proc_net_tcp.rst.
 */
import { isGone } from "../errors.ts";
import { formatAddress } from "../ip_address.ts";
import type { Root } from "../root.ts";
import { readSeqFile } from "./seq_file.ts";
import { NAMESPACE, type SourceInfo } from "../source.ts";

export const TCP = {
  name: "tcp",
  paths: ["/proc/net/tcp"],
  lost: "SSH and VNC connections, VNC sessions",
  whenMissing: `it is not in the /proc that is seen: ${NAMESPACE}`,
  whenForbidden: NAMESPACE,
} as const satisfies SourceInfo;

/** Behind the local address: peer, state, queues, timer, retransmissions, uid, timeout, inode. */
const COLUMNS = /^([\dA-F]{4}) ([\dA-F]+):([\dA-F]{4}) .. \S+ \S+ \S+ +(\d{1,15}) +\d+ +(\d{1,15})/;

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
    if (isGone(error)) return new Uint8Array();
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

/** `sl: LOCAL:PPPP REMOTE:PPPP ST …`; the addresses have 8 digits in one table, 32 in the other. */
function parseLine(text: Buffer, start: number, end: number): TcpSocket | undefined {
  const colon = text.indexOf(0x3a, start);
  const localColon = text.indexOf(0x3a, colon + 1);
  if (colon < 0 || localColon < 0 || localColon > end) return undefined;
  const width = localColon - (colon + 2);
  // Most rows of a busy host are in other states: they are passed over before anything is made of them.
  const stateAt = localColon + width + 12;
  const listening = text[stateAt + 1] === 0x41; // 0A; 01 is established.
  if (text[stateAt] !== 0x30 || !(listening || text[stateAt + 1] === 0x31)) return undefined;
  const columns = COLUMNS.exec(text.toString("latin1", localColon + 1, end));
  if (!columns || (width !== 8 && width !== 32) || columns[2]!.length !== width) return undefined;
  return {
    listening,
    localPort: Number.parseInt(columns[1]!, 16),
    remotePort: Number.parseInt(columns[3]!, 16),
    remoteHex: columns[2]!,
    uid: Number(columns[4]),
    inode: Number(columns[5]),
  };
}

/** The canonical text of an address of these tables: 32-bit words, each printed in host order. */
export function addressFromHex(hexText: string): string {
  const bytes = Buffer.from(hexText, "hex");
  if (bytes.length % 4 !== 0) return "";
  return formatAddress(bytes.swap32());
}

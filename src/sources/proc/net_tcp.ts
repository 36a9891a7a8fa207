/**
 * `/proc/net/tcp` and `/proc/net/tcp6`: the TCP sockets of the network namespace, one a line.
 * Seen on Linux 4.19 to 6.18; documented in the kernel's Documentation/networking/proc_net_tcp.rst.
 */
import { isGone } from "../errors.ts";
import { formatAddress } from "../ip_address.ts";
import type { Root } from "../root.ts";
import { readSeqFile } from "./seq_file.ts";
import { NAMESPACE, type SourceInfo } from "../source.ts";
import { TcpSockets } from "./tcp_sockets.ts";

export const TCP = {
  name: "tcp",
  paths: ["/proc/net/tcp"],
  parts: { v6: "/proc/net/tcp6" },
  verify: (root: Root) => readTcpSockets(root),
  lost: "SSH and VNC connections, VNC sessions",
  whenMissing: `it is not in the /proc that the exporter sees: ${NAMESPACE}`,
  whenForbidden: NAMESPACE,
} as const satisfies SourceInfo;

/**
 * Reads both tables.
 *
 * @param expectedBytes the length of the longer table at the last reading
 * @throws the system's error when `net/tcp` can't be read; a missing `net/tcp6` is a host without IPv6
 */
export async function readTcpSockets(root: Root, expectedBytes = 0): Promise<TcpSockets> {
  // "net" below the root is a link to self/net, so these are the tables of the exporter's namespace.
  const v4 = await readSeqFile(root.path(TCP.paths[0]), expectedBytes);
  const v6 = await readTcp6(root, expectedBytes);
  return TcpSockets.inTurns([v4, v6]);
}

async function readTcp6(root: Root, expectedBytes: number): Promise<Buffer> {
  try {
    return await readSeqFile(root.path(TCP.parts.v6), expectedBytes);
  } catch (error) {
    if (isGone(error)) return Buffer.alloc(0);
    throw error;
  }
}

/** The canonical text of an address in these tables, where each 32-bit word is printed in host byte order. */
export function addressFromHex(hexText: string): string {
  const bytes = Buffer.from(hexText, "hex");
  if (bytes.length % 4 !== 0) return "";
  return formatAddress(bytes.swap32());
}

/** A plain reading of /proc/net/tcp, to hold the searches for single sockets against. */
import { TcpSockets, type TcpSocket } from "../../src/sources/proc/tcp_sockets.ts";

/** Every socket that listens or is connected, column by column, each once. */
export function everySocket(tables: readonly Uint8Array[]): TcpSocket[] {
  const lines = tables.flatMap((table) =>
    Buffer.from(table).toString("latin1").split("\n").slice(1, -1),
  );
  const sockets = new Map<string, TcpSocket>();
  for (const line of lines) {
    const [, local, remote, state, , , , uid, , inode] = line.trim().split(/ +/);
    if (state !== "01" && state !== "0A") continue;
    const port = (end: string) => Number.parseInt(end.split(":")[1]!, 16);
    const socket = {
      listening: state === "0A",
      localPort: port(local!),
      remotePort: port(remote!),
      remoteHex: remote!.split(":")[0]!,
      uid: Number(uid),
      inode: Number(inode),
    };
    sockets.set(inode === "0" ? `${local} ${remote}` : inode!, socket);
  }
  return [...sockets.values()];
}

/** All that the searches find: listeners, and the connections to every port. */
export function socketsBySearch(sockets: TcpSockets, ports: Iterable<number>): TcpSocket[] {
  return [...sockets.listeners(), ...[...ports].flatMap((port) => sockets.connectionsTo(port))];
}

/** In an order that does not depend on how they were found. */
export function inOrder(sockets: readonly TcpSocket[]): TcpSocket[] {
  const key = ({ inode, localPort, remotePort, remoteHex }: TcpSocket) =>
    [inode, localPort, remotePort, remoteHex].join(" ");
  return sockets.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Every port that stands anywhere in the tables. */
export function portsIn(tables: readonly Uint8Array[]): Set<number> {
  const texts = tables.map((table) => Buffer.from(table).toString("latin1")).join("\n");
  return new Set(
    [...texts.matchAll(/:([\dA-F]{4}) /g)].map(([, hex]) => Number.parseInt(hex!, 16)),
  );
}

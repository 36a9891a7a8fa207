/**
 * Questions to the text of `/proc/net/tcp` and `tcp6`. A busy host has tens of thousands of sockets, and few
 * of them matter here: a search for bytes finds those, and of the others nothing is made.
 */
import { LineFinder, forEachLine, lineAt } from "./line_finder.ts";

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

/** `sl: LOCAL:PPPP REMOTE:PPPP ST TX:RX TR:WHEN RETRNSMT UID TIMEOUT INODE …` */
const ROW =
  /^[^:]*: ([\dA-F]+):([\dA-F]{4}) ([\dA-F]+):([\dA-F]{4}) (0[1A]) \S+ \S+ \S+ +(\d{1,15}) +\d+ +(\d{1,15})/;

/** An address has so many digits in the one table, and in the other. */
const ADDRESS_DIGITS = new Set([8, 32]);

/** The remote port and the state of a socket that listens. */
const LISTENS = Buffer.from(":0000 0A ");

const COLON = 0x3a;

export class TcpSockets {
  private readonly listening: readonly TcpSocket[];
  private readonly known = new Map<number, readonly TcpSocket[]>();
  private readonly linesByPort: LineFinder;
  private readonly linesByInode: LineFinder;

  /** @param tables as the kernel gives them; a line that is cut off or odd is passed over */
  constructor(private readonly tables: readonly Buffer[]) {
    this.linesByPort = new LineFinder(tables, localPortText);
    this.linesByInode = new LineFinder(tables, inodeText);
    const rows: (TcpSocket | undefined)[] = [];
    for (const table of tables) {
      forEachLine(table, LISTENS, (start) => rows.push(parseRow(lineAt(table, start))));
    }
    this.listening = distinct(rows, ({ listening }) => listening);
  }

  /** How long the longer table is. */
  get bytes(): number {
    return Math.max(0, ...this.tables.map(({ length }) => length));
  }

  /** The sockets that listen. */
  listeners(): readonly TcpSocket[] {
    return this.listening;
  }

  /** The established connections to a local port, whoever has it. */
  connectionsTo(port: number): readonly TcpSocket[] {
    let found = this.known.get(port);
    if (!found) {
      const lines = this.linesByPort.find(`:${port.toString(16).toUpperCase().padStart(4, "0")} `);
      const isIts = (socket: TcpSocket) => !socket.listening && socket.localPort === port;
      this.known.set(port, (found = distinct(lines.map(parseRow), isIts)));
    }
    return found;
  }

  /** The established connection that has this inode. */
  connectionOf(inode: number): TcpSocket | undefined {
    const lines = this.linesByInode.find(` ${inode} `);
    return distinct(lines.map(parseRow), (it) => !it.listening && it.inode === inode)[0];
  }
}

/** `:0016 `, or undefined for a line that is none. */
function localPortText(table: Buffer, start: number): string | undefined {
  const colon = table.indexOf(COLON, table.indexOf(COLON, start) + 1);
  return colon < 0 ? undefined : table.toString("latin1", colon, colon + ":0016 ".length);
}

function inodeText(table: Buffer, start: number): string | undefined {
  return /^ *(?:[^ ]+ +){8}[^ ]+( \d+ )/.exec(lineAt(table, start) ?? "")?.[1];
}

function parseRow(line: string | undefined): TcpSocket | undefined {
  const columns = ROW.exec(line ?? "");
  if (!columns) return undefined;
  const [, local, localPort, remoteHex, remotePort, state, uid, inode] = columns;
  if (!ADDRESS_DIGITS.has(local!.length) || remoteHex!.length !== local!.length) return undefined;
  return {
    listening: state === "0A",
    localPort: Number.parseInt(localPort!, 16),
    remotePort: Number.parseInt(remotePort!, 16),
    remoteHex: remoteHex!,
    uid: Number(uid),
    inode: Number(inode),
  };
}

/** Those that are wanted, each once: under churn the kernel may list a socket twice. */
function distinct(
  rows: readonly (TcpSocket | undefined)[],
  isWanted: (socket: TcpSocket) => boolean,
): TcpSocket[] {
  const sockets = new Map<number | string, TcpSocket>();
  for (const socket of rows) if (socket && isWanted(socket)) sockets.set(rowKey(socket), socket);
  return [...sockets.values()];
}

/** A connection that nobody has accepted yet has no inode; its peer tells it apart. */
function rowKey({ inode, localPort, remotePort, remoteHex }: TcpSocket): number | string {
  return inode !== 0 ? inode : `${localPort} ${remotePort} ${remoteHex}`;
}

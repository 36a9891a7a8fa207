/**
 * Searches the text of `/proc/net/tcp` and `tcp6`. A busy host has tens of thousands of sockets, and few
 * of them matter here: a byte search finds those without parsing the others.
 */
import { LineFinder, lineAt, linesWith } from "./line_finder.ts";

/** A socket that is established or listens; sockets in other states are left out. */
export interface TcpSocket {
  listening: boolean;
  localPort: number;
  remotePort: number;
  /** The remote address as the kernel prints it: 8 or 32 hex digits; see `addressFromHex`. */
  remoteHex: string;
  /** The local user who created or accepted the socket. */
  uid: number;
  /** The socket's inode; 0 for a connection that is not accepted yet. */
  inode: number;
}

/** `sl: LOCAL:PPPP REMOTE:PPPP ST TX:RX TR:WHEN RETRNSMT UID TIMEOUT INODE …` */
const ROW =
  /^[^:]*: ([\dA-F]+):([\dA-F]{4}) ([\dA-F]+):([\dA-F]{4}) (0[1A]) \S+ \S+ \S+ +(\d{1,15}) +\d+ +(\d{1,15})/;

/** Hex digits of an address in `tcp` and in `tcp6`. */
const ADDRESS_DIGITS = new Set([8, 32]);

/** Most connections returned for one port. */
export const MAX_CONNECTIONS = 10_000;

/** Listeners parsed before yielding: some 5 ms without the JIT. */
export const LISTENERS_A_TURN = 1024;

/** The remote port and the state of a listening socket. */
const LISTENS = Buffer.from(":0000 0A ");

const COLON = 0x3a;

export class TcpSockets {
  private readonly known = new Map<number, readonly TcpSocket[]>();
  private readonly listening: readonly TcpSocket[];
  private readonly linesByPort: LineFinder;
  private readonly linesByInode: LineFinder;

  /**
   * @param tables the tables as read from the kernel; truncated or invalid lines are skipped
   * @param rows the listening sockets in them
   */
  constructor(
    private readonly tables: readonly Buffer[],
    rows: readonly (TcpSocket | undefined)[] = [...rowsThatListen(tables)],
  ) {
    this.listening = distinct(rows, ({ listening }) => listening);
    this.linesByPort = new LineFinder(tables, localPortText);
    this.linesByInode = new LineFinder(tables, inodeText);
  }

  /**
   * The same, yielding in between.
   *
   * @param yieldTurn yields to other work
   */
  static async inTurns(
    tables: readonly Buffer[],
    yieldTurn: () => Promise<void> = () => Bun.sleep(0),
  ): Promise<TcpSockets> {
    const rows: (TcpSocket | undefined)[] = [];
    for (const row of rowsThatListen(tables)) {
      if (rows.push(row) % LISTENERS_A_TURN === 0) await yieldTurn();
    }
    return new TcpSockets(tables, rows);
  }

  /** The length of the longer table. */
  get bytes(): number {
    return Math.max(0, ...this.tables.map(({ length }) => length));
  }

  /** The listening sockets. */
  listeners(): readonly TcpSocket[] {
    return this.listening;
  }

  /** The established connections to a local port, at most `MAX_CONNECTIONS`. */
  connectionsTo(port: number): readonly TcpSocket[] {
    let found = this.known.get(port);
    if (!found) {
      const key = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
      const lines = this.linesByPort.find(key, MAX_CONNECTIONS);
      const isIts = (socket: TcpSocket) => !socket.listening && socket.localPort === port;
      this.known.set(port, (found = distinct(lines.map(parseRow), isIts)));
    }
    return found;
  }

  /** The established connection that has this inode. */
  connectionOf(inode: number): TcpSocket | undefined {
    const lines = this.linesByInode.find(` ${inode} `, MAX_CONNECTIONS);
    return distinct(lines.map(parseRow), (it) => !it.listening && it.inode === inode)[0];
  }
}

function* rowsThatListen(tables: readonly Buffer[]): Generator<TcpSocket | undefined> {
  for (const table of tables) {
    for (const start of linesWith(table, LISTENS)) yield parseRow(lineAt(table, start));
  }
}

/** The local port in a line as `:0016 `; undefined when the line is invalid. */
function localPortText(table: Buffer, start: number): string | undefined {
  const colon = table.indexOf(COLON, table.indexOf(COLON, start) + 1);
  return colon < 0 ? undefined : table.toString("latin1", colon, colon + ":0016 ".length);
}

/** `PPPP ST TX:RX TR:WHEN RETRNSMT`, after the colon of the remote address. */
const BEFORE_UID = "CA80 01 00000000:00000000 02:000A5B2C 00000000".length;

/** Bytes between there and the end of the inode. */
const INODE_ROOM = 64;

/** The inode in a line as ` 4711 `; undefined when the line is invalid. */
function inodeText(table: Buffer, start: number): string | undefined {
  let colon = start - 1;
  for (let i = 0; i < 3; i++) colon = table.indexOf(COLON, colon + 1);
  const from = colon + 1 + BEFORE_UID;
  // A regular expression over the whole line takes twice as long without the JIT.
  return UID_AND_INODE.exec(table.toString("latin1", from, from + INODE_ROOM))?.[1];
}

/** The columns of uid and timeout grow with their values. */
const UID_AND_INODE = /^[^ \n]* +\d+ +\d+( \d+ )/;

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

/** Removes duplicates: while sockets open and close, the kernel may list one twice. */
function distinct(
  rows: readonly (TcpSocket | undefined)[],
  isWanted: (socket: TcpSocket) => boolean,
): TcpSocket[] {
  const sockets = new Map<number | string, TcpSocket>();
  for (const socket of rows) if (socket && isWanted(socket)) sockets.set(rowKey(socket), socket);
  return [...sockets.values()];
}

/** A connection that is not accepted yet has no inode; its peer identifies it. */
function rowKey({ inode, localPort, remotePort, remoteHex }: TcpSocket): number | string {
  return inode !== 0 ? inode : `${localPort} ${remotePort} ${remoteHex}`;
}

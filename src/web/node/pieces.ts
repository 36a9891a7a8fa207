import type { Socket } from "node:net";

/** More than most requests have. Some hundred short requests of a buffer of 16 KiB are read in vain, not thousands. */
const PIECE_BYTES = 4096;

const unread = new WeakSet<Socket>();

/** From now on nothing that comes on a connection is read; it can still be written to. */
export function stopReading(socket: Socket): void {
  unread.add(socket);
  socket.pause();
}

/**
 * Lets the HTTP/1 parser of a connection read in pieces of 4 KiB, and no more once the connection is ended or
 * not to be read. On its
 * own it reads on to the end of what has arrived, thousands of requests say, without the JIT for 300 ms.
 *
 * @param socket a connection that node:http serves already
 */
export function readInPieces(socket: Socket): void {
  const [parse, ...others] = socket.listeners("data") as ((data: Buffer) => void)[];
  if (parse === undefined || others.length > 0) return;
  socket.off("data", parse);
  socket.on("data", (data: Buffer) => {
    for (let at = 0; at < data.length && !isOver(socket); at += PIECE_BYTES) {
      parse.call(socket, data.subarray(at, at + PIECE_BYTES));
    }
  });
}

function isOver(socket: Socket): boolean {
  return socket.destroyed || unread.has(socket);
}

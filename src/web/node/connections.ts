import type { Socket } from "node:net";

/** Most time without a complete request, since the connection's start or its last answer. */
const SILENT_MS = 30_000;

/** Most time for one answer: a collection's deadline, and time for a slow client to read it. */
const ANSWER_MS = 60_000;

const SWEEP_MS = 5_000;

interface Connection {
  answering: number;
  sinceMs: number;
}

/**
 * The connections of one listener. The runtime's own timeouts don't apply to connections passed to its HTTP servers, so
 * silent and slow ones are closed here.
 */
export class Connections {
  /** Requests without a complete answer, or whose client has not read it. */
  unread = 0;
  private readonly open = new Map<Socket, Connection>();
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  add(socket: Socket): void {
    this.open.set(socket, { answering: 0, sinceMs: this.nowMs() });
    socket.once("close", () => this.open.delete(socket));
    if (this.timer) return;
    this.timer = setInterval(() => this.sweep(), SWEEP_MS);
    this.timer.unref();
  }

  /**
   * Closes a connection that sends more requests than `atOnce` before it has their answers.
   *
   * @returns a function to call when the answer is complete or abandoned; undefined when there is to be none
   */
  begin(socket: Socket, atOnce: number): (() => void) | undefined {
    const connection = this.open.get(socket);
    if (connection === undefined || connection.answering >= atOnce) {
      this.open.delete(socket);
      socket.destroy();
      return undefined;
    }
    this.unread++;
    if (connection.answering++ === 0) connection.sinceMs = this.nowMs();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.unread--;
      if (--connection.answering === 0) connection.sinceMs = this.nowMs();
    };
  }

  /** Closes connections that were silent, or did not read their answer, for too long. */
  sweep(): void {
    const nowMs = this.nowMs();
    for (const [socket, { answering, sinceMs }] of this.open) {
      if (nowMs - sinceMs > (answering > 0 ? ANSWER_MS : SILENT_MS)) socket.destroy();
    }
    if (this.open.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Closes the connections without a request in progress, or all. */
  end(which: "idle" | "all"): void {
    for (const [socket, { answering }] of this.open) {
      if (which === "all" || answering === 0) socket.destroy();
    }
  }
}

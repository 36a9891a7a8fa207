/** Clients that misuse connections. Each reconnects when it is disconnected. */

/** What each of them sends when it is connected. */
const KINDS: Readonly<Record<string, string>> = {
  silent: "",
  slow: "GET /metrics HTTP/1.1\r\nHost: x\r\nX-",
  "not reading": "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
};

const DRIP_MS = 2_000;

export class Crowd {
  private readonly sockets = new Set<Bun.Socket<string>>();
  private isOver = false;
  private readonly timer = setInterval(() => this.drip(), DRIP_MS);

  constructor(
    private readonly port: number,
    clients: number,
  ) {
    const kinds = Object.keys(KINDS);
    for (let i = 0; i < clients; i++) void this.come(kinds[i % kinds.length]!);
  }

  get size(): number {
    return this.sockets.size;
  }

  end(): void {
    this.isOver = true;
    clearInterval(this.timer);
    for (const socket of this.sockets) socket.terminate();
  }

  private async come(kind: string): Promise<void> {
    if (this.isOver) return;
    const again = (socket: Bun.Socket<string>) => {
      if (this.sockets.delete(socket)) setTimeout(() => void this.come(kind), 100);
    };
    const connecting = Bun.connect<string>({
      hostname: "127.0.0.1",
      port: this.port,
      data: kind,
      socket: {
        open: (socket) => {
          this.sockets.add(socket);
          if (kind === "not reading") socket.pause();
          socket.write(KINDS[kind]!);
        },
        data: () => undefined,
        close: again,
        error: again,
      },
    });
    await connecting.catch(() => setTimeout(() => void this.come(kind), 500));
  }

  /** The slow ones send one more byte of their header. */
  private drip(): void {
    for (const socket of this.sockets) if (socket.data === "slow") socket.write("x");
  }
}

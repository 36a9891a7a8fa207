/** A proxy on TCP that keeps what the server behind it says first on each connection. */
import { type AddressInfo, connect, createServer } from "node:net";

export interface RecordingProxy {
  port: number;
  /** The first bytes that came from the server, of each connection. */
  greetings: Buffer[];
  close(): void;
}

/** @param target host and port of the server */
export async function recordingProxy(target: {
  host: string;
  port: number;
}): Promise<RecordingProxy> {
  const greetings: Buffer[] = [];
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    upstream.once("data", (bytes) => greetings.push(Buffer.from(bytes)));
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      socket.on("error", () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { port, greetings, close: () => server.close() };
}

/**
 * The application protocol that a TLS 1.2 server chose; in TLS 1.3 its answer is encrypted. RFC 7301.
 *
 * @param greeting what the server sent first, its ServerHello
 */
export function chosenProtocol(greeting: Buffer): string | undefined {
  // Type 16, then the lengths of the extension, of the list and of the only name in it.
  for (const name of ["h2", "http/1.1"]) {
    const head = [0, 16, 0, name.length + 3, 0, name.length + 1, name.length];
    if (greeting.includes(Buffer.concat([Buffer.from(head), Buffer.from(name)]))) return name;
  }
  return undefined;
}

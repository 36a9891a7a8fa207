import { afterAll, describe, expect, test } from "bun:test";
import { type Server, type ServerResponse, createServer } from "node:http";
import { type AddressInfo, type Socket, connect, createServer as createNetServer } from "node:net";
import { readInPieces, stopReading } from "../../../src/web/node/pieces.ts";

const REQUEST = "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n";

/** Serves connections that are read in pieces, and gives what came until the connection ended. */
async function ask(
  http: Server,
  text: string,
  connected: (socket: Socket) => void = () => {},
): Promise<string> {
  const net = createNetServer((socket) => {
    socket.on("error", () => socket.destroy());
    http.emit("connection", socket);
    readInPieces(socket);
    connected(socket);
  });
  await new Promise<void>((resolve) => net.listen(0, "127.0.0.1", resolve));
  const answer = await new Promise<string>((resolve) => {
    let got = "";
    const client = connect((net.address() as AddressInfo).port, "127.0.0.1");
    client.on("data", (data) => (got += data.toString()));
    client.on("error", () => {});
    client.on("close", () => resolve(got));
    client.write(text);
  });
  net.close();
  return answer;
}

describe("readInPieces", () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));

  function serve(answer: (url: string, response: ServerResponse, socket: Socket) => void): Server {
    const server = createServer((request, response) =>
      answer(request.url!, response, request.socket),
    );
    server.on("clientError", (_, socket) => socket.destroy());
    servers.push(server);
    return server;
  }

  test("of 20,000 requests in a row few are read once the connection is ended", async () => {
    let read = 0;
    const http = serve((_url, _response, socket) => {
      read++;
      socket.destroy();
    });
    await ask(http, REQUEST.repeat(20_000));
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(300);
  });

  test("what is not to be read is not, and the answer goes out", async () => {
    let chunks = 0;
    const http = createServer((request, response) => {
      request.on("data", () => chunks++);
      response.end("no bodies\n");
      response.once("finish", () => request.socket.destroySoon());
      stopReading(request.socket);
    });
    servers.push(http);
    const head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect(await ask(http, head + "1\r\nx\r\n".repeat(20_000))).toContain("no bodies\n");
    expect(chunks).toBeLessThan(1_000);
  });

  test("a request of several pieces, and requests across their edges, are read whole", async () => {
    const urls: string[] = [];
    const http = serve((url, response) => {
      urls.push(url);
      if (url === "/end") response.setHeader("Connection", "close");
      response.end("x");
    });
    const long = `/${"a".repeat(9_000)}`;
    const paths = [...Array.from({ length: 300 }, (_, i) => `/${i}`), long, "/end"];
    await ask(http, paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(""));
    expect(urls).toEqual(paths);
  });

  test("nothing changes where something else reads along", async () => {
    let bytes = 0;
    const http = serve((_, response) => response.end("x"));
    const net = (socket: Socket) => {
      socket.on("data", (data: Buffer) => (bytes += data.length));
      readInPieces(socket);
    };
    const request = REQUEST.replace("Host: x", "Host: x\r\nConnection: close");
    expect(await ask(http, request, net)).toContain("200 OK");
    expect(bytes).toBe(request.length);
  });
});

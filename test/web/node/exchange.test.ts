import { describe, expect, test } from "bun:test";
import { Writable } from "node:stream";
import { Answer } from "../../../src/web/answer.ts";
import {
  type NodeRequest,
  type NodeResponse,
  send,
  toRequest,
} from "../../../src/web/node/exchange.ts";

function request(url: string | undefined, more: object = {}): NodeRequest {
  return {
    httpVersion: "1.1",
    method: "GET",
    headers: { host: "x" },
    url,
    ...more,
  } as unknown as NodeRequest;
}

describe("toRequest", () => {
  test.each([
    ["/metrics?collect[]=auth", "http://localhost/metrics?collect[]=auth"],
    [undefined, "http://localhost/"],
    ["http://example.org/metrics", "http://example.org/metrics"],
    ["//host/metrics", "http://localhost//host/metrics"],
  ])("asked for %p, it is a request for %s", (asked, url) => {
    expect(toRequest(request(asked))!.url).toBe(url);
  });

  test.each([["metrics"], ["*"], ["http://["]])("%s is no URL", (asked) => {
    expect(toRequest(request(asked))).toBeUndefined();
  });

  test("HTTP/1.1 asks for a Host, 1.0 and 2 do not", () => {
    const without = (httpVersion: string) => toRequest(request("/", { httpVersion, headers: {} }));
    expect(without("1.1")).toBeUndefined();
    expect(without("1.0")).toBeDefined();
    expect(without("2.0")).toBeDefined();
  });

  test("takes headers over, but not the pseudo-headers of HTTP/2", () => {
    const headers = { ":path": "/", accept: "text/plain", "set-cookie": ["a", "b"] };
    const taken = toRequest(request("/", { httpVersion: "2.0", headers }))!.headers;
    expect(Object.fromEntries(taken)).toEqual({ accept: "text/plain" });
  });

  test.each([
    ["HEAD", "HEAD"],
    ["DELETE", "DELETE"],
    ["TRACE", "POST"],
    ["connect", "POST"],
    [undefined, "GET"],
  ])("the method %p is taken as %s", (method, taken) => {
    expect(toRequest(request("/", { method }))!.method).toBe(taken);
  });
});

/** A client that reads one piece at each call of `read`, and until then lets the sender wait. */
class Client extends Writable {
  statusCode = 0;
  readonly headers: Record<string, unknown> = {};
  readonly pieces: number[] = [];
  private next: (() => void) | undefined;

  constructor(private readonly isSlow = false) {
    super({ highWaterMark: 1 });
  }
  setHeader(name: string, value: unknown): void {
    this.headers[name.toLowerCase()] = value;
  }
  override _write(piece: Buffer, _encoding: unknown, done: () => void): void {
    this.pieces.push(piece.length);
    if (this.isSlow) this.next = done;
    else done();
  }
  read(): void {
    this.next?.();
  }
}

const KIB = 1024;
const answer = (bytes: number) =>
  new Answer(new Blob([new Uint8Array(bytes)]), { status: 206, headers: { "X-A": "b" } });
const sendTo = (client: Client, response: Response, isHead = false) =>
  send(response, client as unknown as NodeResponse, isHead);
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("send", () => {
  test("hands over status, headers, length and the body in pieces of 64 KiB", async () => {
    const client = new Client();
    await sendTo(client, answer(150 * KIB));
    expect(client.statusCode).toBe(206);
    expect(client.headers).toMatchObject({ "x-a": "b", "content-length": 150 * KIB });
    expect(client.pieces).toEqual([64 * KIB, 64 * KIB, 22 * KIB]);
    expect(client.writableEnded).toBe(true);
  });

  test("of HEAD only the body is missing", async () => {
    const client = new Client();
    await sendTo(client, answer(10), true);
    expect(client.headers["content-length"]).toBe(10);
    expect(client.pieces).toEqual([]);
    expect(client.writableEnded).toBe(true);
  });

  test("sends a Response that is not of ours", async () => {
    const client = new Client();
    await sendTo(client, new Response("hello", { status: 404 }));
    expect([client.statusCode, client.pieces]).toEqual([404, [5]]);
  });

  test("gives the next piece when the last was read, and ends when the client is gone", async () => {
    const client = new Client(true);
    const sent = sendTo(client, answer(300 * KIB));
    for (let i = 0; i < 10; i++) await turn();
    expect([client.pieces.length, client.writableLength]).toEqual([1, 64 * KIB]);
    client.read();
    for (let i = 0; i < 10; i++) await turn();
    expect(client.pieces).toHaveLength(2);
    client.destroy();
    await sent;
    expect(client.pieces).toHaveLength(2);
  });

  test("answers that share a Blob read it once", async () => {
    const content = new Blob(["shared"]);
    let reads = 0;
    const bytes = content.bytes.bind(content);
    content.bytes = () => (reads++, bytes());
    for (let i = 0; i < 3; i++) await sendTo(new Client(), new Answer(content, { headers: {} }));
    expect(reads).toBe(1);
  });
});

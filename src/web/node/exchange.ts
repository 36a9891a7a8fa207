/** Converts between node:http's and fetch's requests and responses. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Writable } from "node:stream";
import { Answer } from "../answer.ts";

export type NodeRequest = IncomingMessage | Http2ServerRequest;
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** @returns the request; undefined for one that can't be answered */
export function toRequest(request: NodeRequest): Request | undefined {
  if (request.httpVersion === "1.1" && request.headers.host === undefined) return undefined;
  const path = request.url ?? "/";
  const url = path.startsWith("/") ? `http://localhost${path}` : path;
  if (!URL.canParse(url)) return undefined;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith(":") && typeof value === "string") headers.set(name, value);
  }
  const method = request.method ?? "GET";
  // A Request can't have these methods; only GET and HEAD are allowed anyway.
  const isForbidden = /^(CONNECT|TRACE|TRACK)$/i.test(method);
  return new Request(url, { method: isForbidden ? "POST" : method, headers });
}

const bytesOf = new WeakMap<Blob, Promise<Uint8Array>>();

/** The body's bytes. Answers that share a Blob share its bytes too. */
async function bodyOf(response: Response): Promise<Uint8Array> {
  if (!(response instanceof Answer)) return response.bytes();
  let bytes = bytesOf.get(response.content);
  if (!bytes) bytesOf.set(response.content, (bytes = response.content.bytes()));
  return bytes;
}

/** Bytes written to a connection at once: it copies what the client has not read yet. */
const PIECE_BYTES = 64 * 1024;

/** Sends an answer as fast as the client reads it. Stops when the client disconnects. */
export async function send(response: Response, to: NodeResponse, isHead: boolean): Promise<void> {
  const body = await bodyOf(response);
  to.statusCode = response.status;
  for (const [name, value] of response.headers) to.setHeader(name, value);
  to.setHeader("Content-Length", body.length);
  const length = isHead ? 0 : body.length;
  for (let sent = 0; sent < length && !to.destroyed; sent += PIECE_BYTES) {
    const piece = body.subarray(sent, sent + PIECE_BYTES);
    if (!(to as Writable).write(piece)) await drained(to);
  }
  to.end();
}

/** Waits until the client has read what was written, or is gone. */
function drained(to: NodeResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const events = ["drain", "close", "error"];
  const end = () => {
    for (const event of events) to.off(event, end);
    resolve();
  };
  for (const event of events) to.on(event, end);
  return promise;
}

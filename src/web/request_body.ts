import { type Answer, plain } from "./answer.ts";

/** Whether an HTTP/1 request has a body, according to its headers (RFC 9112, 6.3). */
export function hasBody(header: (name: string) => string | null | undefined): boolean {
  const isChunked = typeof header("transfer-encoding") === "string";
  return isChunked || !/^0+$/.test(header("content-length") ?? "0");
}

/**
 * Refuses a request with a body, since no page accepts one. The answer closes the connection, so that the body is not
 * read: in pieces of one byte, reading costs a thousand times as much as sending.
 */
export function refuseBody(method: string): Answer {
  const close = { Connection: "close" };
  if (method === "GET" || method === "HEAD")
    return plain("A request has no body here.\n", 400, close);
  return notAllowed(close);
}

/** The answer to all methods but GET and HEAD. */
export function notAllowed(headers: Record<string, string> = {}): Answer {
  return plain("Method not allowed.\n", 405, { Allow: "GET, HEAD", ...headers });
}

import { type Answer, plain } from "./answer.ts";

/** Whether a request of HTTP/1 announces bytes behind its headers (RFC 9112, 6.3). */
export function hasBody(header: (name: string) => string | null | undefined): boolean {
  const isChunked = typeof header("transfer-encoding") === "string";
  return isChunked || !/^0+$/.test(header("content-length") ?? "0");
}

/**
 * Nothing here takes a body. The answer ends the connection, so that nobody has to read it: in pieces of one byte it
 * takes a thousand times what sending it does.
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

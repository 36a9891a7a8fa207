/** Turns a connection into requests, with the settings of the time it began. */
import type { Server as HttpServer } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Log } from "../../log.ts";
import type { TlsSettings } from "../config/tls.ts";
import type { WebConfig } from "../config/web_config.ts";
import { refusalOf, secureOptions } from "./certificates.ts";
import type { NodeRequest, NodeResponse } from "./exchange.ts";
import type { Modules } from "./modules.ts";
import { readInPieces } from "./pieces.ts";

/** Limit of a TLS handshake: longer than one takes over the slowest line. */
const HANDSHAKE_MS = 15_000;

/** Most concurrent streams of one HTTP/2 connection. */
export const MAX_STREAMS = 32;

/** For CONNECT node:http passes the raw connection, so this answer is written directly. */
const REFUSED_CONNECT =
  "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

export interface AcceptorOptions {
  modules: Modules;
  log: Log;
  /** Called for each connection that may send requests: with TLS, after the handshake. */
  connected(socket: Socket): void;
  /** @param socket the connection that the request came on */
  requested(request: NodeRequest, response: NodeResponse, socket: Socket): void;
}

/** Serves one connection. */
export type Acceptor = (socket: Socket) => void;

export function createAcceptor({ tls, http }: WebConfig, options: AcceptorOptions): Acceptor {
  if (!tls) {
    const server = httpServer(options);
    return (socket) => {
      options.connected(socket);
      server.emit("connection", socket);
      readInPieces(socket);
    };
  }
  return http.http2 ? withHttp2(tls, options) : withHttp1(tls, options);
}

function httpServer({ modules, requested }: AcceptorOptions): HttpServer {
  const server = modules.createHttpServer((request, response) =>
    requested(request, response, request.socket),
  );
  server.on("clientError", (_error, socket) => socket.destroy());
  server.on("connect", (_request, socket) => socket.end(REFUSED_CONNECT));
  return server;
}

function withHttp1(tls: TlsSettings, options: AcceptorOptions): Acceptor {
  const http = httpServer(options);
  const server = options.modules.createTlsServer({
    ...handshakeOptions(tls),
    ALPNProtocols: ["http/1.1"],
  });
  server.on("secureConnection", (socket) => {
    if (!mayEnter(tls, socket, options)) return;
    http.emit("connection", socket);
    readInPieces(socket);
  });
  server.on("tlsClientError", (error) => logHandshake(error, options));
  return (socket) => void server.emit("connection", socket);
}

function withHttp2(tls: TlsSettings, options: AcceptorOptions): Acceptor {
  // A request has a proxy of its session's socket.
  const sockets = new WeakMap<object, Socket>();
  const server = options.modules.createSecureServer({
    ...handshakeOptions(tls),
    allowHTTP1: true,
    settings: { maxConcurrentStreams: MAX_STREAMS },
  });
  server.on("request", (request, response) => {
    const session = (request as { stream?: { session?: object } }).stream?.session;
    const socket = session === undefined ? undefined : sockets.get(session);
    options.requested(request, response, socket ?? request.socket);
  });
  server.on("sessionError", () => undefined);
  server.on("clientError", (_error, socket) => socket.destroy());
  server.on("connect", (_request, socket) => socket.end?.(REFUSED_CONNECT));
  server.on("tlsClientError", (error) => logHandshake(error, options));
  // Runs Node's own handler of a finished handshake only for clients that are allowed.
  const [serve] = server.listeners("secureConnection");
  server.removeAllListeners("secureConnection");
  server.on("secureConnection", (socket: TLSSocket) => {
    if (!mayEnter(tls, socket, options)) return;
    // A session begins during the call.
    const began = (session: object) => sockets.set(session, socket);
    server.on("session", began);
    serve!.call(server, socket);
    server.off("session", began);
    if (socket.alpnProtocol !== "h2") readInPieces(socket);
  });
  return (socket) => void server.emit("connection", socket);
}

function handshakeOptions(tls: TlsSettings) {
  return {
    ...secureOptions(tls),
    requestCert: tls.clientAuthType !== "NoClientCert",
    // A client that is not allowed is refused after the handshake, with the reason in the log.
    rejectUnauthorized: false,
    handshakeTimeout: HANDSHAKE_MS,
  };
}

function mayEnter(tls: TlsSettings, socket: TLSSocket, options: AcceptorOptions): boolean {
  socket.on("error", () => socket.destroy());
  const refusal = refusalOf(tls, socket);
  if (refusal === undefined) {
    options.connected(socket);
    return true;
  }
  options.log.debug("client refused", { from: socket.remoteAddress ?? "", err: refusal });
  socket.destroy();
  return false;
}

function logHandshake(error: Error, { log }: AcceptorOptions): void {
  log.debug("tls handshake failed", { err: error.message });
}

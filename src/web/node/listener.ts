/**
 * The server used with a web config file or with systemd's sockets. It takes more memory than `Bun.serve`, but shows a
 * client's certificate, serves connections from any kind of socket, and can use other settings for each connection.
 */
import type { ListenOptions, Server as NetServer, Socket } from "node:net";
import type { Log } from "../../log.ts";
import { plain } from "../answer.ts";
import { WatchedWebConfig } from "../config/watched.ts";
import type { WebConfig } from "../config/web_config.ts";
import { Gate } from "../gate.ts";
import { hasBody, refuseBody } from "../request_body.ts";
import { type Acceptor, MAX_STREAMS, createAcceptor } from "./acceptor.ts";
import { checkTls } from "./certificates.ts";
import { Connections } from "./connections.ts";
import { type NodeRequest, type NodeResponse, send, toRequest } from "./exchange.ts";
import { type Modules, loadModules } from "./modules.ts";
import { stopReading } from "./pieces.ts";

/**
 * So many requests of a connection may be without a complete answer: those that a buffer holds come all at once. The
 * runtime tells a moment late that an answer is complete.
 */
const AT_ONCE = 4;
const AT_ONCE_HTTP2 = 2 * MAX_STREAMS;

const NOTHING_SET: WebConfig = {
  tls: undefined,
  http: { http2: true, headers: new Map() },
  rateLimit: undefined,
  users: new Map(),
};

/** @param unreadAnswers returns the number of requests without a complete answer, this one included */
export type Answering = (request: Request, unreadAnswers: () => number) => Promise<Response>;

export interface NodeListenerOptions {
  /** The web config file; undefined serves plain HTTP without a password. */
  configFile: string | undefined;
  answer: Answering;
  log: Log;
}

/** Listens on any number of sockets, and serves all of them in the same way. */
export class NodeListener {
  private readonly watched: WatchedWebConfig | undefined;
  private readonly acceptors = new WeakMap<WebConfig, Acceptor>();
  private readonly connections = new Connections();
  private readonly listening: NetServer[] = [];
  private readonly gate = new Gate();
  private readonly answer: Answering;
  private readonly log: Log;

  private constructor(
    private readonly modules: Modules,
    { configFile, answer, log }: NodeListenerOptions,
  ) {
    this.answer = answer;
    this.log = log;
    if (configFile === undefined) return;
    this.watched = new WatchedWebConfig(
      configFile,
      (tls) => checkTls(tls, modules.createSecureContext),
      log,
    );
  }

  /** @throws ConfigError when the web config file is invalid */
  static async create(options: NodeListenerOptions): Promise<NodeListener> {
    return new NodeListener(await loadModules(), options);
  }

  /** Undefined without a web config file. */
  get reloadSuccess(): 0 | 1 | undefined {
    return this.watched?.reloadSuccess;
  }

  get unreadAnswers(): number {
    return this.connections.unread;
  }

  get scheme(): "http" | "https" {
    return this.config().tls ? "https" : "http";
  }

  /** @throws the system's error when it can't listen there */
  listen(where: ListenOptions | { fd: number }): Promise<NetServer> {
    const server = this.modules.createNetServer((socket) => this.accept(socket));
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(where, () => {
        server.off("error", reject);
        server.on("error", (error) => this.log.error("accept failed", { err: error.message }));
        this.listening.push(server);
        resolve(server);
      });
    });
  }

  /** Accepts no more connections, and lets requests in progress finish. */
  async stop(): Promise<void> {
    const closed = this.listening.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    this.connections.end("idle");
    await Promise.all(closed);
  }

  end(): void {
    this.connections.end("all");
  }

  private config(): WebConfig {
    return this.watched?.current() ?? NOTHING_SET;
  }

  /** Each connection keeps the settings of the time it began; a reload can also turn TLS on or off. */
  private accept(socket: Socket): void {
    const config = this.config();
    let acceptor = this.acceptors.get(config);
    if (!acceptor) this.acceptors.set(config, (acceptor = this.acceptorOf(config)));
    // A client that disconnects, even during a handshake, is not worth a log line.
    socket.on("error", () => socket.destroy());
    acceptor(socket);
  }

  private acceptorOf(config: WebConfig): Acceptor {
    return createAcceptor(config, {
      modules: this.modules,
      log: this.log,
      connected: (socket) => this.connections.add(socket),
      requested: (request, response, socket) => void this.handle(request, response, socket),
    });
  }

  private async handle(
    request: NodeRequest,
    response: NodeResponse,
    socket: Socket,
  ): Promise<void> {
    const isHttp1 = request.httpVersionMajor === 1;
    const done = this.connections.begin(socket, isHttp1 ? AT_ONCE : AT_ONCE_HTTP2);
    if (!done) return;
    response.once("close", done);
    response.once("error", done);
    try {
      const isHead = request.method === "HEAD";
      if (isHttp1 && hasBody((name) => request.headers[name] as string | undefined)) {
        // In pieces of one byte a body takes a thousand times what sending it does.
        stopReading(socket);
        response.once("finish", () => socket.destroySoon());
        await send(refuseBody(request.method ?? ""), response, isHead);
        return;
      }
      request.resume();
      await send(await this.respond(request, socket.remoteAddress ?? ""), response, isHead);
    } catch (error) {
      this.log.error("request failed", { err: (error as Error).message });
      response.destroy();
      done();
    }
  }

  private async respond(nodeRequest: NodeRequest, from: string): Promise<Response> {
    const request = toRequest(nodeRequest);
    if (!request) return plain("Bad request.\n", 400);
    const config = this.config();
    const response =
      (await this.gate.refusal(config, request, from)) ??
      (await this.answer(request, () => this.connections.unread));
    for (const [name, value] of config.http.headers) response.headers.set(name, value);
    return response;
  }
}

import type { ListenAddress } from "../config.ts";
import type { Log } from "../log.ts";
import { bindTcp, bindUnix, hostPort } from "./bind.ts";
import { NodeListener } from "./node/listener.ts";
import { hasBody, refuseBody } from "./request_body.ts";
import { Router, type Site } from "./router.ts";
import { systemdSockets } from "./systemd_sockets.ts";

/**
 * Idle time after which a connection is closed, also while its client does not read. Longer than a collection may take,
 * since Bun counts that as idle. The first request must arrive within 12 s.
 */
const IDLE_SECONDS = 30;

/** No request needs a body, but with 0 a POST would get 413 instead of the more helpful 405. */
const MAX_BODY_BYTES = 64 * 1024;

/** How long requests in progress may take when the program stops. */
const STOP_MS = 800;

export interface ServeOptions {
  listen: readonly ListenAddress[];
  /** Serves on the sockets that systemd passes, instead of `listen`. */
  systemdSocket?: boolean;
  webConfigFile?: string | undefined;
}

export interface Server {
  /** Where it listens, as `host:port` or `unix:/path`. */
  addresses: readonly string[];
  /** Whether TLS was on at the start. */
  isSecure: boolean;
  /** Requests without a complete answer, or whose client has not read it. */
  readonly unreadAnswers: number;
  /** 1 when the web config file is in use as it is now, 0 when it has become invalid; undefined without one. */
  readonly webConfigReloadSuccess: 0 | 1 | undefined;
  /** Accepts no more requests and waits for those in progress, for less than a second. */
  stop(): Promise<void>;
}

/** One open server, whichever kind it is. */
interface Listening {
  address: string;
  pendingRequests(): number;
  stop(): Promise<void>;
}

/** @throws ConfigError when an address can't be listened on or the web config file is invalid */
export async function serve(site: Site, options: ServeOptions, log: Log): Promise<Server> {
  const isPlain = options.webConfigFile === undefined && !options.systemdSocket;
  const router = new Router(site);
  return isPlain ? servePlain(router, options.listen, log) : serveConfigured(router, options, log);
}

async function servePlain(
  router: Router,
  listen: readonly ListenAddress[],
  log: Log,
): Promise<Server> {
  const opened: Listening[] = [];
  const unread = () => opened.reduce((sum, { pendingRequests }) => sum + pendingRequests(), 0);
  for (const address of listen) {
    opened.push(
      "path" in address
        ? await bindUnix(address, () => serveWithBun({ unix: address.path }, router, unread, log))
        : await bindTcp(address, async (hostname) =>
            serveWithBun({ hostname, port: address.port }, router, unread, log),
          ),
    );
  }
  return {
    addresses: opened.map(({ address }) => address),
    isSecure: false,
    webConfigReloadSuccess: undefined,
    get unreadAnswers() {
      return unread();
    },
    stop: async () => {
      const stopped = Promise.all(opened.map((listening) => listening.stop()));
      await Promise.race([stopped, Bun.sleep(STOP_MS)]);
    },
  };
}

function serveWithBun(
  where: { hostname: string; port: number } | { unix: string },
  router: Router,
  unread: () => number,
  log: Log,
): Listening {
  const server = Bun.serve({
    ...where,
    // By default Bun lets a second process share the port.
    reusePort: false,
    idleTimeout: IDLE_SECONDS,
    maxRequestBodySize: MAX_BODY_BYTES,
    // Otherwise Bun's error page shows source code.
    development: false,
    fetch: (request: Request) => answerInTurn(router, request, unread),
    error(error: Error) {
      log.error("request failed", { err: error.message });
      return new Response("Internal error; the exporter's log says more.\n", { status: 500 });
    },
  } as Bun.Serve.Options<undefined>);
  return {
    address: "unix" in where ? `unix:${where.unix}` : hostPort(server.hostname, server.port),
    pendingRequests: () => server.pendingRequests,
    stop: () => server.stop(),
  };
}

/**
 * The runtime passes on all requests that it has of a connection at once, possibly thousands, and closes a connection
 * that sends a second request before the first one is answered. So requests are answered in a later turn, except those
 * with a body, which the runtime would read to its end first.
 */
function answerInTurn(
  router: Router,
  request: Request,
  unread: () => number,
): Response | Promise<Response> {
  if (hasBody((name) => request.headers.get(name))) return refuseBody(request.method);
  return new Promise<void>((resolve) => setImmediate(resolve)).then(() =>
    router.answer(request, unread),
  );
}

async function serveConfigured(router: Router, options: ServeOptions, log: Log): Promise<Server> {
  const listener = await NodeListener.create({
    configFile: options.webConfigFile,
    answer: (request, unread) => router.answer(request, unread),
    log,
  });
  const addresses = options.systemdSocket
    ? await listenOnSystemdSockets(listener)
    : await listenOnAddresses(listener, options.listen);
  return {
    addresses,
    isSecure: listener.scheme === "https",
    get webConfigReloadSuccess() {
      return listener.reloadSuccess;
    },
    get unreadAnswers() {
      return listener.unreadAnswers;
    },
    stop: async () => {
      await Promise.race([listener.stop(), Bun.sleep(STOP_MS)]);
      listener.end();
    },
  };
}

async function listenOnSystemdSockets(listener: NodeListener): Promise<string[]> {
  const addresses: string[] = [];
  for (const fd of systemdSockets(process.env, process.pid)) {
    await listener.listen({ fd });
    addresses.push(`fd:${fd}`);
  }
  return addresses;
}

async function listenOnAddresses(
  listener: NodeListener,
  listen: readonly ListenAddress[],
): Promise<string[]> {
  const addresses: string[] = [];
  for (const address of listen) {
    if ("path" in address) {
      await bindUnix(address, () => listener.listen({ path: address.path }));
      addresses.push(`unix:${address.path}`);
      continue;
    }
    const { port } = address;
    const server = await bindTcp(address, (host) => listener.listen({ host, port }));
    const bound = server.address() as { address: string; port: number };
    addresses.push(hostPort(bound.address, bound.port));
  }
  return addresses;
}

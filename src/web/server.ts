import { ConfigError, type ListenAddress } from "../config.ts";
import type { Log } from "../log.ts";
import { codeOf } from "../sources/errors.ts";
import { type Site, route } from "./router.ts";

/**
 * A connection is closed when nothing was sent on it for so long, by a client that does not read either.
 * It is longer than a collection may take, since Bun counts that as idle. The first request has 12 s.
 */
const IDLE_SECONDS = 30;

/** Nobody needs to send a body, but with 0 a POST gets 413, where 405 says what is wrong. */
const MAX_BODY_BYTES = 64 * 1024;

/** How long requests in flight may take when the program is told to end. */
const STOP_MS = 800;

export interface Server {
  /** Where it listens, as `host:port`. */
  address: string;
  /** Requests that have no complete answer yet, or whose client has not taken it. */
  readonly unreadAnswers: number;
  /** Takes no more requests and waits for those in flight, for less than a second. */
  stop(): Promise<void>;
}

/** @throws ConfigError when the address can't be listened on */
export function serve(site: Site, listen: ListenAddress, log: Log): Server {
  const server = bind(listen, (hostname) =>
    Bun.serve({
      hostname,
      port: listen.port,
      // By default Bun shares the port with a second copy.
      reusePort: false,
      idleTimeout: IDLE_SECONDS,
      maxRequestBodySize: MAX_BODY_BYTES,
      // Otherwise Bun answers an error with a page that shows the source.
      development: false,
      fetch: (request, { pendingRequests }) => route(site, request, pendingRequests),
      error(error) {
        log.error("a request failed", { err: error.message });
        return new Response("Internal error; the exporter's log says more.\n", { status: 500 });
      },
    }),
  );
  const host = server.hostname ?? "";
  return {
    address: `${host.includes(":") ? `[${host}]` : host}:${server.port}`,
    get unreadAnswers() {
      return server.pendingRequests;
    },
    stop: async () => {
      await Promise.race([server.stop(), Bun.sleep(STOP_MS)]);
    },
  };
}

function bind<T>(listen: ListenAddress, open: (hostname: string) => T): T {
  // "::" takes IPv4 too; a kernel without IPv6 refuses it.
  const hosts = listen.host === undefined ? ["::", "0.0.0.0"] : [listen.host];
  for (const [i, host] of hosts.entries()) {
    try {
      return open(host);
    } catch (error) {
      const code = codeOf(error);
      if (code === "EADDRINUSE" || i === hosts.length - 1) throw listenError(listen, error);
    }
  }
  throw new Error("no address to listen on");
}

function listenError({ host, port }: ListenAddress, error: unknown): ConfigError {
  const code = codeOf(error);
  const where = `${host?.includes(":") ? `[${host}]` : (host ?? "")}:${port}`;
  const why =
    code === "EADDRINUSE"
      ? "the port is in use; stop what uses it, or give another with --web.listen-address or PORT"
      : code === "EACCES"
        ? "no right to listen there; give a port above 1023"
        : /^(EAI_|ENOTFOUND|EAGAIN|EINVAL)/.test(code ?? "")
          ? "the name can't be resolved; give an address of this host"
          : `${(error as Error).message}; give an address of this host`;
  return new ConfigError(`can't listen on ${where}: ${why}`);
}

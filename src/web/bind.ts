import { ConfigError, type TcpAddress, type UnixAddress } from "../config.ts";
import { codeOf, explain } from "../sources/errors.ts";
import { clearWay, withMode } from "./unix_socket.ts";

/**
 * @param open listens on a host
 * @throws ConfigError when the address can't be listened on
 */
export async function bindTcp<T>(
  listen: TcpAddress,
  open: (host: string) => Promise<T>,
): Promise<T> {
  // "::" accepts IPv4 too; a kernel without IPv6 refuses it.
  const hosts = listen.host === undefined ? ["::", "0.0.0.0"] : [listen.host];
  for (const [i, host] of hosts.entries()) {
    try {
      return await open(host);
    } catch (error) {
      const code = codeOf(error);
      if (code === "EADDRINUSE" || i === hosts.length - 1) throw listenError(listen, error);
    }
  }
  throw new Error("no address to listen on");
}

/**
 * @param open listens on the path
 * @throws ConfigError when the path is taken or can't be listened on
 */
export async function bindUnix<T>(address: UnixAddress, open: () => T): Promise<Awaited<T>> {
  await clearWay(address);
  try {
    return await withMode(address, open);
  } catch (error) {
    throw new ConfigError(
      `can't listen on unix:${address.path}: ${explain(error)}: want a path in a folder that it may write to`,
    );
  }
}

/** `127.0.0.1:10041`, `[::1]:10041`. */
export function hostPort(host: string | undefined, port: number | undefined): string {
  return `${host?.includes(":") ? `[${host}]` : (host ?? "")}:${port}`;
}

function listenError({ host, port }: TcpAddress, error: unknown): ConfigError {
  const code = codeOf(error);
  const why =
    code === "EADDRINUSE"
      ? "port in use: stop what uses it, or choose another with --web.listen-address or PORT"
      : code === "EACCES"
        ? "permission denied: want a port above 1023"
        : /^(EAI_|ENOTFOUND|EAGAIN|EINVAL)/.test(code ?? "")
          ? "host name not found: want an address of this host"
          : `${explain(error)}: want an address of this host`;
  return new ConfigError(`can't listen on ${hostPort(host, port)}: ${why}`);
}

import { ConfigError } from "../config.ts";

/** The first descriptor that systemd passes. man 3 sd_listen_fds. */
const FIRST_FD = 3;

/**
 * The descriptors of the sockets that systemd listens on for this process.
 *
 * @throws ConfigError when there is none
 */
export function systemdSockets(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): number[] {
  const count = Number(env["LISTEN_FDS"]);
  const isForUs = env["LISTEN_PID"] === String(pid);
  if (isForUs && Number.isInteger(count) && count > 0) {
    return Array.from({ length: count }, (_, i) => FIRST_FD + i);
  }
  throw new ConfigError(
    "--web.systemd-socket: no socket was handed over: want a .socket unit for this service",
  );
}

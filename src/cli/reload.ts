import type { HostState } from "../collectors/runtime/host_state.ts";
import { type Environment, type Flags, readConfig } from "../config.ts";
import type { Log } from "../log.ts";
import { readEnvironmentFile } from "../sources/environment_file.ts";

/** What a running exporter can take over without losing its counters. */
const RELOADABLE = ["LOG_LEVEL", "EXCLUDE_USERS", "SSH_PORTS"] as const;

/** What it can't: who changed it is told. */
const NEEDS_RESTART = ["PORT", "ARGS"] as const;

/**
 * Reads the environment file again, as SIGHUP and `systemctl reload` ask for. With a bad value, or
 * without the file, everything stays as it is.
 *
 * @param path the environment file
 * @param started the environment that the program was started with
 */
export function reload(
  path: string,
  flags: Flags,
  started: Environment,
  { host, log }: { host: HostState; log: Log },
): void {
  try {
    const file = readEnvironmentFile(path);
    const env = { ...started };
    for (const name of RELOADABLE) env[name] = file[name];
    const next = readConfig(flags, env);
    host.excludeUsers = next.excludeUsers;
    host.sshPorts = next.sshPorts;
    log.setLevel(next.logLevel);
    log.info("Reloaded", {
      file: path,
      log_level: next.logLevel,
      exclude_users: [...next.excludeUsers].join(","),
      ssh_ports: [...next.sshPorts].join(","),
    });
    for (const name of NEEDS_RESTART) {
      if ((file[name] ?? "") === (started[name] ?? "")) continue;
      log.warn("A changed setting takes effect after a restart only", { setting: name });
    }
  } catch (error) {
    log.error("Not reloaded: everything stays as it was", {
      file: path,
      err: (error as Error).message,
    });
  }
}

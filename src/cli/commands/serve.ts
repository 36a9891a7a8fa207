import { readHostName } from "../../sources/host_name.ts";
import type { Config, Environment, Flags } from "../../config.ts";
import { serve } from "../../web/server.ts";
import { reload } from "../reload.ts";
import { setUp } from "../setup.ts";
import { BUILD } from "../version.ts";

/**
 * Serves until SIGTERM or SIGINT; SIGHUP reads the environment file again.
 *
 * @throws ConfigError when the address can't be listened on
 */
export async function serveForever(config: Config, flags: Flags, env: Environment): Promise<void> {
  const { log, host, collection } = setUp(config);
  process.on("SIGHUP", () => reload(config.environmentFile, flags, env, { host, log }));
  const ended = untilSignal();
  let isReady = false;
  const site = {
    collect: () => collection.collect(),
    isReady: () => isReady,
    about: () => ({
      version: BUILD.version,
      hostName: readHostName(host.root),
      sources: host.probeSources(),
    }),
  };
  // Before anything is logged: an address that can't be had is to give one line, and no other.
  const server = serve(site, config.listen, log);
  log.info("Starting user_sessions_exporter", { version: BUILD.version, revision: BUILD.revision });
  log.info("Enabled collectors", { collectors: [...config.collectors].join(",") });
  log.info("Listening on", { address: server.address });
  for (const { info, state, coveredBy } of host.probeSources()) {
    if (state.available || coveredBy) continue;
    const { path, reason, detail = "" } = state;
    log.debug("A source is not available", {
      source: info.name,
      path,
      reason,
      detail,
      lost: info.lost,
    });
  }
  void collection
    .prime()
    .catch((error: Error) => log.error("The first collection failed", { err: error.message }))
    .finally(() => {
      isReady = true;
    });
  const signal = await ended;
  log.info("Stopping", { signal });
  await server.stop();
  host.saveState("now");
  process.exit(0);
}

function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => resolve(signal));
  });
}

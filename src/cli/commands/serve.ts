import { sessionsDocument } from "../../collectors/sessions_document.ts";
import { readHostName } from "../../sources/host_name.ts";
import type { Config, Environment, Flags } from "../../config.ts";
import { serve } from "../../web/server.ts";
import { Snapshot } from "../../collectors/runtime/snapshot.ts";
import { reload } from "../reload.ts";
import { setUp } from "../setup.ts";
import { BUILD } from "../version.ts";

/**
 * Serves until SIGTERM or SIGINT; SIGHUP reads the environment file again.
 *
 * @throws ConfigError when an address can't be listened on or the web config file is no good
 */
export async function serveForever(config: Config, flags: Flags, env: Environment): Promise<void> {
  const { log, host, collection } = setUp(config);
  process.on("SIGHUP", () => reload(config.environmentFile, flags, env, { host, log }));
  const ended = untilSignal();
  let isReady = false;
  const site = {
    collect: () => collection.collect(),
    isReady: () => isReady,
    sessions: shared(async () => sessionsDocument(new Snapshot(host))),
    telemetryPath: config.telemetryPath,
    about: () => ({
      version: BUILD.version,
      hostName: readHostName(host.root),
      recentFailures: host.authLogs.recentFailures(),
      sources: host.probeSources(),
    }),
  };
  // Before anything is logged: an address that can't be had is to give one line, and no other.
  const server = await serve(site, config, log);
  host.webConfigReloadSuccess = () => server.webConfigReloadSuccess;
  log.info("Starting user_sessions_exporter", { version: BUILD.version, revision: BUILD.revision });
  log.info("Enabled collectors", { collectors: [...config.collectors].join(",") });
  for (const address of server.addresses) log.info("Listening on", { address });
  if (config.webConfigFile !== undefined) log.info("TLS", { enabled: server.isSecure });
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

/** Whoever asks while it is at work shares what comes of it. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () =>
    (running ??= work().finally(() => {
      running = undefined;
    }));
}

function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => resolve(signal));
  });
}

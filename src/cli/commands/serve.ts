import { sessionsDocument } from "../../collectors/sessions_document.ts";
import { reserveDescriptors } from "../../sources/descriptors.ts";
import { readHostName } from "../../sources/host_name.ts";
import { COLLECTORS } from "../../collectors/registry.ts";
import type { HostState } from "../../collectors/runtime/host_state.ts";
import { singleFlight } from "../../collectors/runtime/single_flight.ts";
import type { Invocation } from "../invocation.ts";
import { AcceptBrake } from "../../web/accept_brake.ts";
import { serve } from "../../web/server.ts";
import type { ScrapeRequest } from "../../collectors/runtime/collection.ts";
import { Snapshot } from "../../collectors/runtime/snapshot.ts";
import { servedAddresses } from "../privacy.ts";
import { reload } from "../reload.ts";
import { setUp } from "../setup.ts";
import { untilSignal } from "../until_signal.ts";
import { BUILD } from "../version.ts";

/**
 * Serves until SIGTERM or SIGINT; SIGHUP reloads the environment file.
 *
 * @throws ConfigError when an address can't be listened on or the web config file is invalid
 */
export async function serveForever(invocation: Invocation): Promise<void> {
  const { config } = invocation;
  const { log, host, collection } = setUp(config, servedAddresses);
  process.on("SIGHUP", () => reload(invocation, { host, log }));
  const ended = untilSignal();
  reserveDescriptors();
  let isReady = false;
  const site = {
    collect: (request?: ScrapeRequest) => collection.collect(request),
    collectors: {
      known: new Set(COLLECTORS.map(({ name }) => name)),
      enabled: config.collectors,
    },
    isReady: () => isReady,
    sessions: singleFlight(() => sessionsDocument(new Snapshot(host))),
    telemetryPath: config.telemetryPath,
    about: () => ({
      version: BUILD.version,
      hostName: readHostName(host.root),
      recentFailures: shownFailures(host),
      sources: host.probeSources(),
    }),
  };
  // Before anything is logged, so that an address in use gives a single line.
  const server = await serve(site, config, log);
  const brake = new AcceptBrake(log);
  brake.start();
  host.webConfigReloadSuccess = () => server.webConfigReloadSuccess;
  log.info("starting user_sessions_exporter", { version: BUILD.version, revision: BUILD.revision });
  log.info("enabled collectors", { collectors: [...config.collectors].join(",") });
  for (const address of server.addresses) log.info("listening on", { address });
  if (config.webConfigFile !== undefined)
    log.info("using the web config file", { tls: server.isSecure });
  for (const { info, state, coveredBy } of host.probeSources()) {
    if (state.available || coveredBy) continue;
    const { path, reason, detail = "" } = state;
    log.debug("source not available", {
      source: info.name,
      path,
      reason,
      detail,
      lost: info.lost,
    });
  }
  void collection
    .prime()
    .catch((error: Error) => log.error("first collection failed", { err: error.message }))
    .finally(() => {
      isReady = true;
    });
  const signal = await ended;
  log.info("stopping", { signal });
  brake.stop();
  await server.stop();
  host.saveState("now");
  process.exit(0);
}

/** The failures of the last hour, with their addresses hidden or shortened as configured. */
function shownFailures({ authLogs, addresses }: HostState) {
  const failures = authLogs.recentFailures();
  if (!failures) return undefined;
  const origins = new Map<string, number>();
  for (const { address, failures: count } of failures.origins) {
    const shown = addresses.show(address);
    origins.set(shown, (origins.get(shown) ?? 0) + count);
  }
  return {
    ...failures,
    origins: Array.from(origins, ([address, count]) => ({ address, failures: count })),
  };
}

/** What an exporter has counted of authentication, and what a step added to it. */
import { COLLECTORS } from "../../src/collectors/registry.ts";
import type { Servers, Serving } from "./exporter.ts";
import type { Metrics } from "./metrics_text.ts";

/** By name and label value: `bad_credentials`, `login password`, `sudo failure`, `root login`. */
export type Counts = Record<string, number>;

const PREFIX = "user_sessions_";

/** The counters that are not 0, and the two gauges of the last hour. */
export function authCounts(metrics: Metrics): Counts {
  const counts: Counts = {};
  const put = (name: string, value: number | undefined) => {
    if (value !== 0) counts[name] = value ?? Number.NaN;
  };
  for (const { labels, value } of metrics.series(`${PREFIX}failed_logins_total`)) {
    put(labels["reason"]!, value);
  }
  for (const { labels, value } of metrics.series(`${PREFIX}logins_total`)) {
    put(`login ${labels["method"]}`, value);
  }
  for (const { labels, value } of metrics.series(`${PREFIX}privilege_escalations_total`)) {
    put(`${labels["method"]} ${labels["result"]}`, value);
  }
  const single = (name: string) => metrics.value(PREFIX + name);
  put("root login", single("root_logins_total"));
  put("unauthenticated", single("ssh_unauthenticated_disconnects_total"));
  put("dropped", single("ssh_dropped_connections_total"));
  put("1h", single("failed_logins_1h"));
  put("sources 1h", single("failed_login_sources_1h"));
  return counts;
}

/** What grew between two counts. */
export function growth(before: Counts, after: Counts): Counts {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const grown = names.map((name): [string, number] => [
    name,
    (after[name] ?? 0) - (before[name] ?? 0),
  ]);
  return Object.fromEntries(grown.filter(([, value]) => value !== 0));
}

/** The words that start an exporter of nothing but authentication, for a host's logs. */
export function authWords(rootfs: string, ...more: string[]): string[] {
  const others = COLLECTORS.map(({ name }) => name).filter((name) => name !== "auth");
  return [
    "--web.listen-address=127.0.0.1:0",
    `--path.rootfs=${rootfs}`,
    "--path.procfs=/proc",
    ...others.map((name) => `--no-collector.${name}`),
    ...more,
  ];
}

export async function countsOf(serving: Serving): Promise<Counts> {
  await serving.ready();
  return authCounts(await serving.scrape());
}

/** Starts the exporter with a state directory, takes its counts, and kills it. */
export async function countAndKill(
  servers: Servers,
  rootfs: string,
  state: string,
): Promise<Counts> {
  const serving = await servers.start(authWords(rootfs, `--state.directory=${state}`));
  const counts = await countsOf(serving);
  serving.running.signal("SIGKILL");
  await serving.running.exited;
  return counts;
}

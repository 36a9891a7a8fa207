import type { ScrapeRequest } from "../collectors/runtime/collection.ts";

/** A query of the metrics page, or why it is refused. */
export type ScrapeQuery =
  | { readonly ok: true; readonly request: ScrapeRequest }
  | { readonly ok: false; readonly message: string };

/** Which collectors there are, and which of them run. */
export interface CollectorNames {
  readonly known: ReadonlySet<string>;
  readonly enabled: ReadonlySet<string>;
}

/** The scraper is to have the answer before its time is over. */
const MARGIN_SECONDS = 0.5;
/** With less than this collectors would fail that are in order, and be logged: anybody can ask so. */
const SHORTEST_MS = 500;

/**
 * Reads `collect[]` and `exclude[]`, with the rules and the texts of node_exporter (node_exporter.go).
 *
 * @param timeout the value of X-Prometheus-Scrape-Timeout-Seconds; one that is not a number is ignored
 */
export function parseScrapeQuery(
  query: URLSearchParams,
  { known, enabled }: CollectorNames,
  timeout: string | null,
): ScrapeQuery {
  for (const name of query.keys()) {
    if (name !== "collect[]" && name !== "exclude[]") {
      return refused(`unknown query parameter "${name}": want collect[] or exclude[]`);
    }
  }
  const collect = query.getAll("collect[]");
  const exclude = query.getAll("exclude[]");
  if (collect.length > 0 && exclude.length > 0) {
    return refused("Combined collect and exclude queries are not allowed.");
  }
  for (const name of [...collect, ...exclude]) {
    if (enabled.has(name)) continue;
    const what = known.has(name) ? "disabled" : "missing";
    return refused(`Couldn't create filtered metrics handler: ${what} collector: ${name}`);
  }
  const limitMs = limitOf(timeout);
  if (collect.length > 0) return { ok: true, request: { collectors: new Set(collect), limitMs } };
  const collectors = exclude.length > 0 ? enabled.difference(new Set(exclude)) : undefined;
  return { ok: true, request: { collectors, limitMs } };
}

function limitOf(timeout: string | null): number | undefined {
  const seconds = timeout === null || timeout.trim() === "" ? Number.NaN : Number(timeout);
  if (!Number.isFinite(seconds) || seconds <= 0) return undefined;
  return Math.max(SHORTEST_MS, (seconds - MARGIN_SECONDS) * 1000);
}

function refused(message: string): ScrapeQuery {
  return { ok: false, message: message.slice(0, 500) };
}

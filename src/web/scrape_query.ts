import type { ScrapeRequest } from "../collectors/runtime/collection.ts";

/** A parsed query of the metrics page, or why it is refused. */
export type ScrapeQuery =
  | { readonly ok: true; readonly request: ScrapeRequest }
  | { readonly ok: false; readonly message: string };

/** The names of all collectors, and of the enabled ones. */
export interface CollectorNames {
  readonly known: ReadonlySet<string>;
  readonly enabled: ReadonlySet<string>;
}

/** Subtracted from the scraper's timeout, so that the answer arrives in time. */
const MARGIN_SECONDS = 0.5;
/** Shortest time limit: with less, healthy collectors would fail and be logged, and any client could cause that. */
const SHORTEST_MS = 500;

/**
 * Parses `collect[]` and `exclude[]`, with the rules and error texts of node_exporter (node_exporter.go).
 *
 * @param timeout the value of X-Prometheus-Scrape-Timeout-Seconds; ignored when it is not a number
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

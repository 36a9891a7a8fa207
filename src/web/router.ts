import type { ScrapeRequest } from "../collectors/runtime/collection.ts";
import type { Family } from "../metrics/metric.ts";
import { type Format, contentType } from "../metrics/render.ts";
import { Answer, plain } from "./answer.ts";
import { exposition } from "./exposition.ts";
import { acceptsGzip, negotiateFormat } from "./negotiate.ts";
import { type PageContent, renderPage } from "./page/page.ts";
import { summarize } from "./page/summary.ts";
import { notAllowed } from "./request_body.ts";
import { type CollectorNames, parseScrapeQuery } from "./scrape_query.ts";

/** The data that the pages show. */
export interface Site {
  collect(request?: ScrapeRequest): Promise<Family[]>;
  collectors: CollectorNames;
  /** Whether the first sample was taken, so that a scrape has all values. */
  isReady(): boolean;
  /** The sessions as `sessions --json` prints them. */
  sessions(): Promise<unknown>;
  /** The path of the metrics; when it is "/", there is no page for people. */
  telemetryPath: string;
  /** What the page for people shows besides the metrics. */
  about(): Omit<PageContent, "summary" | "telemetryPath" | "nowSeconds">;
}

type Page = (site: Site, request: Request) => Promise<Answer> | Answer;

/**
 * Most requests whose answer is not yet read, and most bytes of these answers: beyond either, a request gets 503.
 * Otherwise clients that don't read would hold one body for each collection they request.
 */
export const MAX_UNREAD_ANSWERS = 1024;
export const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

const PAGES: Readonly<Record<string, Page>> = {
  "/": landing,
  "/api/v1/sessions": sessions,
  "/api/v1/failed_logins": failedLogins,
  "/-/healthy": () => plain("User Session Exporter is healthy.\n"),
  "/-/ready": (site) =>
    site.isReady()
      ? plain("User Session Exporter is ready.\n")
      : plain("User Session Exporter is taking its first sample.\n", 503),
};

/** Answers requests; other paths are 404, other methods than GET and HEAD 405, malformed requests 400. */
export class Router {
  private largestBytes = 0;
  /** The bodies made since no answer was unread; `bodyBytes` is the sum of their sizes. */
  private bodies = new WeakSet<Blob>();
  private bodyBytes = 0;

  constructor(private readonly site: Site) {}

  /** @param unreadAnswers returns the number of requests without a complete answer, this one included */
  async answer(request: Request, unreadAnswers = () => 1): Promise<Answer> {
    const { site } = this;
    const path = urlOf(request)?.pathname;
    // A client can send a Host header that is invalid in a URL.
    if (path === undefined) return plain("Bad request.\n", 400);
    const page = pageAt(path, site);
    if (!page) return plain(`Not found. The metrics are at ${site.telemetryPath}.\n`, 404);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return notAllowed();
    }
    if (unreadAnswers() <= 1) this.forgetBodies();
    // Health checks are always answered.
    if (path.startsWith("/-/")) return page(site, request);
    if (this.isTooMuch(unreadAnswers())) return tooManyUnread();
    const answer = await page(site, request);
    // Checked again: many requests can arrive before the size of the first answer is known.
    return this.note(answer.content) && this.isTooMuch(unreadAnswers()) ? tooManyUnread() : answer;
  }

  private forgetBodies(): void {
    this.bodies = new WeakSet();
    this.bodyBytes = 0;
  }

  /** @returns whether this body is new: one shared by several answers counts once */
  private note(body: Blob): boolean {
    if (this.bodies.has(body)) return false;
    this.bodies.add(body);
    this.bodyBytes += body.size;
    this.largestBytes = Math.max(this.largestBytes, body.size);
    return true;
  }

  /** The unread bytes are unknown, but at most the sum of all bodies, and at most `unreadAnswers` times the largest. */
  private isTooMuch(unreadAnswers: number): boolean {
    const unreadBytes = Math.min(this.bodyBytes, (unreadAnswers - 1) * this.largestBytes);
    return unreadAnswers > MAX_UNREAD_ANSWERS || unreadBytes > MAX_UNREAD_BYTES;
  }
}

function tooManyUnread(): Answer {
  return plain("Too many answers are waiting to be read.\n", 503, { "Retry-After": "5" });
}

function pageAt(path: string, { telemetryPath }: Site): Page | undefined {
  if (path === telemetryPath) return metrics;
  return Object.hasOwn(PAGES, path) ? PAGES[path] : undefined;
}

/** HTTP/1.0 needs no Host header; without one the runtime's URL is only the path. */
function urlOf({ url }: Request): URL | undefined {
  const whole = url.startsWith("/") ? `http://localhost${url}` : url;
  return URL.parse(whole) ?? undefined;
}

async function landing(site: Site): Promise<Answer> {
  const summary = summarize(await site.collect());
  const page = renderPage({
    ...site.about(),
    summary,
    telemetryPath: site.telemetryPath,
    nowSeconds: Date.now() / 1000,
  });
  return new Answer(new Blob([page]), {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      // The page needs no script and nothing from other servers, so both are forbidden.
      "Content-Security-Policy":
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      "X-Content-Type-Options": "nosniff",
    },
  });
}

async function metrics(site: Site, request: Request): Promise<Answer> {
  const timeout = request.headers.get("x-prometheus-scrape-timeout-seconds");
  const query = parseScrapeQuery(urlOf(request)!.searchParams, site.collectors, timeout);
  if (!query.ok) return plain(`${query.message}\n`, 400);
  const format: Format = negotiateFormat(request.headers.get("accept"));
  const gzip = acceptsGzip(request.headers.get("accept-encoding"));
  const body = await exposition(await site.collect(query.request), format, gzip);
  return new Answer(body, {
    headers: {
      "Content-Type": contentType(format),
      Vary: "Accept, Accept-Encoding",
      ...(gzip ? { "Content-Encoding": "gzip" } : {}),
    },
  });
}

async function sessions(site: Site): Promise<Answer> {
  return json(await site.sessions());
}

/** Attackers choose these addresses, so they are only here and on the page, never in labels. */
async function failedLogins(site: Site): Promise<Answer> {
  // Reads what is new in the logs.
  await site.collect();
  const { byReason, origins } = site.about().recentFailures ?? {};
  return json({ by_reason: byReason ?? null, origins: origins ?? null });
}

function json(value: unknown): Answer {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  return new Answer(new Blob([text]), { headers: { "Content-Type": "application/json" } });
}

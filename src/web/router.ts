import type { Family } from "../metrics/metric.ts";
import { type Format, contentType } from "../metrics/render.ts";
import { exposition } from "./exposition.ts";
import { type LandingPage, landingPage } from "./landing_page.ts";
import { acceptsGzip, negotiateFormat } from "./negotiate.ts";
import { summarize } from "./summary.ts";

/** What the pages show. */
export interface Site {
  collect(): Promise<Family[]>;
  /** Whether the first sample was taken, so that a scrape has true values. */
  isReady(): boolean;
  /** What the landing page shows beside the numbers of a collection. */
  about(): Pick<LandingPage, "version" | "hostName" | "sources">;
}

type Page = (site: Site, request: Request) => Promise<Response> | Response;

/**
 * So many answers may be unfinished at a time; whoever asks for more gets 503. Clients that do not read
 * would otherwise hold one body for each collection they asked for.
 */
export const MAX_UNREAD_ANSWERS = 256;

/** These cost a collection, so they are refused first. Health checks are always answered. */
const COLLECTS: ReadonlySet<string> = new Set(["/", "/metrics"]);

const PAGES: Readonly<Record<string, Page>> = {
  "/": landing,
  "/metrics": metrics,
  "/-/healthy": () => plain("User Session Exporter is healthy.\n"),
  "/-/ready": (site) =>
    site.isReady()
      ? plain("User Session Exporter is ready.\n")
      : plain("User Session Exporter is taking its first sample.\n", 503),
};

/**
 * Answers a request; other paths are 404, other methods than GET and HEAD 405, nonsense 400.
 *
 * @param unreadAnswers how many requests have no complete answer yet, this one included
 */
export async function route(site: Site, request: Request, unreadAnswers = 1): Promise<Response> {
  const path = pathOf(request);
  // A client can send a Host header that makes no URL.
  if (path === undefined) return plain("Bad request.\n", 400);
  const page = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined;
  if (!page) return plain("Not found. The metrics are at /metrics.\n", 404);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return plain("Method not allowed.\n", 405, { Allow: "GET, HEAD" });
  }
  if (unreadAnswers > MAX_UNREAD_ANSWERS && COLLECTS.has(path)) {
    return plain("Too many answers are waiting to be read.\n", 503, { "Retry-After": "5" });
  }
  return page(site, request);
}

/** HTTP/1.0 needs no Host header; without one the runtime gives the path alone. */
function pathOf({ url }: Request): string | undefined {
  const whole = url.startsWith("/") ? `http://localhost${url}` : url;
  return URL.parse(whole)?.pathname;
}

async function landing(site: Site): Promise<Response> {
  const summary = summarize(await site.collect());
  const page = landingPage({ ...site.about(), summary, nowSeconds: Date.now() / 1000 });
  return new Response(page, htmlHeaders());
}

async function metrics(site: Site, request: Request): Promise<Response> {
  const format: Format = negotiateFormat(request.headers.get("accept"));
  const gzip = acceptsGzip(request.headers.get("accept-encoding"));
  const body = await exposition(await site.collect(), format, gzip);
  const headers = new Headers({
    "Content-Type": contentType(format),
    Vary: "Accept, Accept-Encoding",
    ...NO_STORE,
  });
  if (gzip) headers.set("Content-Encoding", "gzip");
  return new Response(body, { headers });
}

/** Who is logged in, and from where, is nothing for a cache on the way. */
const NO_STORE = { "Cache-Control": "no-store" };

function plain(text: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(text, {
    status,
    headers: { "Content-Type": "text/plain; charset=utf-8", ...NO_STORE, ...headers },
  });
}

function htmlHeaders(): ResponseInit {
  return {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      // The page needs no script and nothing from elsewhere, so nothing of the kind may run in it.
      "Content-Security-Policy":
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      ...NO_STORE,
      "X-Content-Type-Options": "nosniff",
    },
  };
}

import type { Family } from "../metrics/metric.ts";
import { type Format, contentType, render } from "../metrics/render.ts";
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

const PAGES: Readonly<Record<string, Page>> = {
  "/": landing,
  "/metrics": metrics,
  "/-/healthy": () => plain("User Session Exporter is healthy.\n"),
  "/-/ready": (site) =>
    site.isReady()
      ? plain("User Session Exporter is ready.\n")
      : plain("User Session Exporter is taking its first sample.\n", 503),
};

/** Answers a request; other paths are 404, other methods than GET and HEAD 405, nonsense 400. */
export async function route(site: Site, request: Request): Promise<Response> {
  // A client can send a Host header that makes no URL.
  if (!URL.canParse(request.url)) return plain("Bad request.\n", 400);
  const path = new URL(request.url).pathname;
  const page = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined;
  if (!page) return plain("Not found. The metrics are at /metrics.\n", 404);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return plain("Method not allowed.\n", 405, { Allow: "GET, HEAD" });
  }
  return page(site, request);
}

async function landing(site: Site): Promise<Response> {
  const summary = summarize(await site.collect());
  const page = landingPage({ ...site.about(), summary, nowSeconds: Date.now() / 1000 });
  return new Response(page, htmlHeaders());
}

async function metrics(site: Site, request: Request): Promise<Response> {
  const format: Format = negotiateFormat(request.headers.get("accept"));
  const text = await render(await site.collect(), format);
  const headers: Record<string, string> = {
    "Content-Type": contentType(format),
    Vary: "Accept, Accept-Encoding",
  };
  if (!acceptsGzip(request.headers.get("accept-encoding"))) return new Response(text, { headers });
  headers["Content-Encoding"] = "gzip";
  return new Response(Bun.gzipSync(Buffer.from(text)), { headers });
}

function plain(text: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(text, {
    status,
    headers: { "Content-Type": "text/plain; charset=utf-8", ...headers },
  });
}

function htmlHeaders(): ResponseInit {
  return {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      // The page needs no script and nothing from elsewhere, so nothing of the kind may run in it.
      "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
      "X-Content-Type-Options": "nosniff",
    },
  };
}

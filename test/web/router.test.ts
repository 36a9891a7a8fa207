import { describe, expect, test } from "bun:test";
import { counter, single } from "../../src/metrics/metric.ts";
import { type Site, route } from "../../src/web/router.ts";

const SITE: Site = {
  sessions: async () => [],
  telemetryPath: "/metrics",
  collectors: { known: new Set(), enabled: new Set(["auth"]) },
  collect: async () => [single(counter("logins_total", "Logins."), 3)],
  isReady: () => true,
  about: () => ({ version: "1.2.3", hostName: "host-1", sources: [] }),
};

function get(path: string, headers: Record<string, string> = {}, site = SITE): Promise<Response> {
  return route(site, new Request(`http://host${path}`, { headers }));
}

const TEXT =
  "# HELP user_sessions_logins_total Logins.\n# TYPE user_sessions_logins_total counter\nuser_sessions_logins_total 3\n";

describe("/metrics", () => {
  test("is text for who asks for nothing else", async () => {
    const response = await get("/metrics");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(response.headers.get("content-encoding")).toBeNull();
    expect(await response.text()).toBe(TEXT);
  });

  test("collects what is asked for, in the time that the scraper has", async () => {
    const asked: unknown[] = [];
    const site = { ...SITE, collect: async (request: unknown) => (asked.push(request), []) };
    const headers = { "X-Prometheus-Scrape-Timeout-Seconds": "3" };
    expect((await get("/metrics?collect[]=auth", headers, site)).status).toBe(200);
    expect(asked).toEqual([{ collectors: new Set(["auth"]), limitMs: 2500 }]);
  });

  test("refuses what it does not know, and other pages do not care", async () => {
    const refused = await get("/metrics?collect=x");
    expect(refused.status).toBe(400);
    expect(await refused.text()).toBe(
      'unknown query parameter "collect": want collect[] or exclude[]\n',
    );
    for (const path of ["/?collect=x", "/-/healthy?x", "/-/ready?x=1"]) {
      expect((await get(path)).status).toBe(200);
    }
  });

  test("is OpenMetrics for who prefers it", async () => {
    const response = await get("/metrics", { accept: "application/openmetrics-text" });
    expect(response.headers.get("content-type")).toStartWith(
      "application/openmetrics-text; version=1.0.0",
    );
    expect(await response.text()).toEndWith("# EOF\n");
  });

  test("is compressed for who can read that, and caches are told", async () => {
    const response = await get("/metrics", { "accept-encoding": "gzip" });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(response.headers.get("vary")).toBe("Accept, Accept-Encoding");
    expect(Buffer.from(Bun.gunzipSync(await response.arrayBuffer())).toString()).toBe(TEXT);
  });

  test("collects anew for each request", async () => {
    let collections = 0;
    const collect = async () => [single(counter("logins_total", "Logins."), ++collections)];
    await get("/metrics", {}, { ...SITE, collect });
    expect(await (await get("/metrics", {}, { ...SITE, collect })).text()).toContain(" 2\n");
  });
});

describe("health", () => {
  test("is good as soon as the process answers, and needs no collection", async () => {
    const collect = () => Promise.reject(new Error("must not collect"));
    const response = await get("/-/healthy", {}, { ...SITE, collect, isReady: () => false });
    expect(response.status).toBe(200);
  });

  test("is ready once the first sample was taken", async () => {
    let ready = false;
    const site = { ...SITE, isReady: () => ready };
    expect((await get("/-/ready", {}, site)).status).toBe(503);
    ready = true;
    expect((await get("/-/ready", {}, site)).status).toBe(200);
  });
});

describe("other requests", () => {
  test("the landing page runs no script", async () => {
    const response = await get("/");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    const page = await response.text();
    expect(page).toContain("1.2.3");
    expect(page).not.toContain("<script");
  });

  test.each([
    "/metrics/",
    "/Metrics",
    "/metricsx",
    "//metrics",
    "/-/",
    "/-/health",
    "/favicon.ico",
    "/constructor",
    "/__proto__",
    "/toString",
    "/%2e%2e/etc/passwd",
  ])("%s is not found", async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])("%s is not allowed", async (method) => {
    for (const path of ["/", "/metrics", "/-/healthy", "/-/ready"]) {
      const response = await route(SITE, new Request(`http://host${path}`, { method }));
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
    const lost = await route(SITE, new Request("http://host/nowhere", { method }));
    expect(lost.status).toBe(404);
  });

  test("HEAD is answered like GET", async () => {
    const response = await route(SITE, new Request("http://host/metrics", { method: "HEAD" }));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
  });
});

import { describe, expect, test } from "bun:test";
import { counter, single } from "../../src/metrics/metric.ts";
import { MAX_UNREAD_BYTES, Router, type Site } from "../../src/web/router.ts";

const SITE: Site = {
  sessions: async () => [],
  telemetryPath: "/metrics",
  collectors: { known: new Set(), enabled: new Set(["auth"]) },
  collect: async () => [single(counter("logins_total", "Logins."), 3)],
  isReady: () => true,
  about: () => ({ version: "1.2.3", hostName: "host-1", sources: [] }),
};

function get(path: string, headers: Record<string, string> = {}, site = SITE): Promise<Response> {
  return new Router(site).answer(new Request(`http://host${path}`, { headers }));
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
      const response = await new Router(SITE).answer(new Request(`http://host${path}`, { method }));
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
    const lost = await new Router(SITE).answer(new Request("http://host/nowhere", { method }));
    expect(lost.status).toBe(404);
  });

  test("HEAD is answered like GET", async () => {
    const response = await new Router(SITE).answer(
      new Request("http://host/metrics", { method: "HEAD" }),
    );
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
  });
});

describe("/api/v1/failed_logins", () => {
  const failures = {
    byReason: { invalid_user: 2, bad_credentials: 1, no_credentials: 0 },
    origins: [{ address: "192.0.2.7", failures: 3 }],
  };

  test("is the last hour's failures after a collection, by reason and by address", async () => {
    let isRead = false;
    const site: Site = {
      ...SITE,
      collect: async () => ((isRead = true), []),
      about: () => ({ ...SITE.about(), recentFailures: isRead ? failures : undefined }),
    };
    const answer = await get("/api/v1/failed_logins", {}, site);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.json()).toEqual({
      by_reason: failures.byReason,
      origins: failures.origins,
    });
  });

  test("without a log nothing is known", async () => {
    const answer = await get("/api/v1/failed_logins");
    expect(await answer.json()).toEqual({ by_reason: null, origins: null });
  });
});

describe("clients that do not read", () => {
  /** Each collection's body is a little more than a 21st of what may be held: the name stands in it three times. */
  const large = "x".repeat(MAX_UNREAD_BYTES / 64);
  const collect = async () => [single(counter(large, "Logins."), 3)];

  async function statuses(router: Router, path: string, unread: readonly number[]) {
    const asked = unread.map((count) =>
      router.answer(new Request(`http://host${path}`), () => count),
    );
    return (await Promise.all(asked)).map(({ status }) => status);
  }

  test("hold so many bytes at most", async () => {
    const router = new Router({ ...SITE, collect });
    const counts = Array.from({ length: 22 }, (_, i) => i + 1);
    for (const count of counts) expect(await statuses(router, "/metrics", [count])).toEqual([200]);
    expect(await statuses(router, "/metrics", [23])).toEqual([503]);
    expect(await statuses(router, "/", [23])).toEqual([503]);
    expect(await statuses(router, "/-/healthy", [23])).toEqual([200]);
    // Only two of them are unread, then none.
    expect(await statuses(router, "/metrics", [3, 1, 23])).toEqual([200, 200, 200]);
  });

  test("hold so many bytes at most when all ask before the first answer is made", async () => {
    const router = new Router({ ...SITE, collect });
    const answers = await statuses(
      router,
      "/metrics",
      Array.from({ length: 40 }, () => 40),
    );
    expect(answers.filter((status) => status === 200).length).toBe(21);
    expect(answers.filter((status) => status === 503).length).toBe(19);
  });

  test("hold one body of a collection that they share", async () => {
    const families = await collect();
    const router = new Router({ ...SITE, collect: async () => families });
    for (const count of [1, 100, 256])
      expect(await statuses(router, "/metrics", [count])).toEqual([200]);
  });
});

import { describe, expect, test } from "bun:test";
import { type PageContent, renderPage } from "../../../src/web/page/page.ts";
import type { Summary } from "../../../src/web/page/summary.ts";
import {
  ALICE,
  FORBIDDEN,
  MISSING,
  NO_FAILURES,
  READABLE,
  SHELL,
  SLICE,
  TUNNELS,
  UNKNOWN,
  utmp,
} from "./summaries.ts";

function page(
  summary: Partial<Summary>,
  sources: PageContent["sources"] = [],
  recentFailures?: PageContent["recentFailures"],
): string {
  return renderPage({
    telemetryPath: "/metrics",
    recentFailures,
    version: "1.2.3",
    hostName: "host-1",
    summary: { ...UNKNOWN, ...summary },
    sources,
    nowSeconds: 1000,
  });
}

/** The numbers at the top by their names. */
function tiles(html: string): Record<string, string> {
  const found = html.matchAll(/class="tile"><b>([^<]*)<\/b>([^<]*)/g);
  return Object.fromEntries([...found].map(([, value, name]) => [name!.trim(), value!]));
}

describe("renderPage", () => {
  test("links to every endpoint and names the version", () => {
    const html = page({});
    for (const path of ["/metrics", "/-/healthy", "/-/ready"]) {
      expect(html).toContain(`href="${path}"`);
    }
    expect(html).toContain("version 1.2.3");
  });

  test("names the host, first of all in the title of its tab", () => {
    expect(page({})).toContain("<title>host-1 – User Session Exporter</title>");
    const nameless = renderPage({
      telemetryPath: "/metrics",
      version: "1",
      hostName: undefined,
      summary: UNKNOWN,
      sources: [],
      nowSeconds: 0,
    });
    expect(nameless).toContain("<title>User Session Exporter</title>");
  });

  test("what is not known is no 0, and nobody is something else than not to know", () => {
    expect(tiles(page({}))).toEqual({
      "failed logins in the last hour": "–",
      "root logins counted": "–",
      "active sessions": "–",
      "users logged in": "–",
    });
    expect(page({})).not.toContain("Nobody is logged in");
    const quiet = page({ sessions: [], loggedInUsers: 0, failedLogins1h: 0 });
    expect(tiles(quiet)).toMatchObject({
      "failed logins in the last hour": "0",
      "active sessions": "0",
      "users logged in": "0",
    });
    expect(quiet).toContain("Nobody is logged in");
  });

  test("what needs attention comes first", () => {
    const html = page({ failedCollectors: ["auth"] }, [utmp(READABLE)]);
    expect(html).toContain('role="alert"');
    expect(html.indexOf('role="alert"')).toBeLessThan(html.indexOf('class="tiles"'));
  });

  test("a section that has nothing to show is left out, those that say so are not", () => {
    const ids = (html: string) =>
      Array.from(html.matchAll(/<section id="([^"]+)"/g), ([, id]) => id);
    expect(ids(page({}))).toEqual(["sessions", "users", "sources"]);
    const html = page(
      {
        slices: [SLICE],
        escalations: [{ user: "alice", method: "sudo", succeeded: 3, failed: 1 }],
        lastLogins: [{ user: "bob", seconds: 940 }],
      },
      [],
      { byReason: NO_FAILURES, origins: [] },
    );
    expect(ids(html)).toEqual([
      "sessions",
      "failures",
      "users",
      "slices",
      "escalations",
      "last-logins",
      "sources",
    ]);
  });

  test("when all is well, it says so in one line", () => {
    const well = page({}, [utmp(READABLE), utmp(MISSING, "logind")]);
    expect(well).toMatch(/class="well">\s*All is well/);
    expect(well).not.toContain('role="alert"');
  });

  test("counts sessions that share a series", () => {
    const seen = page({ sessions: [TUNNELS, SHELL], loggedInUsers: 1 });
    expect(tiles(seen)).toMatchObject({ "active sessions": "3", "users logged in": "1" });
  });

  test.each([
    [0, "from 0 addresses"],
    [1, "from 1 address<"],
    [2, "from 2 addresses"],
  ])("failed logins from %p sources: %s", (failedSources1h, text) => {
    expect(page({ failedLogins1h: 5, failedSources1h })).toContain(text);
  });

  test("says what the exporter costs, as far as it is known", () => {
    const own = {
      cpuSeconds: 1.25,
      startSeconds: 400,
      residentBytes: 40 * 2 ** 20,
      scrapeSeconds: 0.0061,
      series: 70,
    };
    expect(page({ own })).toContain(
      "70 series, collected in 6 ms, 40 MiB resident memory, 1.3 s of CPU in the 10 min since it started.",
    );
    expect(page({})).toContain("own cost: 0 series.");
  });

  test("loads itself again without a script, and brings its own picture for the tab", () => {
    expect(page({})).toMatch(/<meta http-equiv="refresh" content="30" \/>/);
    expect(page({})).toContain('<link rel="icon" href="data:image/svg+xml,');
    expect(page({})).not.toContain("<script");
  });

  test("text from outside is never markup", () => {
    const evil = `"></td><script>alert('x')</script>&`;
    const html = renderPage({
      telemetryPath: "/metrics",
      version: evil,
      hostName: evil,
      summary: {
        ...UNKNOWN,
        sessions: [{ ...TUNNELS, user: evil, type: evil, tty: evil, from: evil }],
        users: [{ ...ALICE, user: evil }],
        slices: [{ ...SLICE, user: evil }],
        realNames: new Map([[evil, evil]]),
        escalations: [{ user: evil, method: evil, succeeded: 1, failed: 1 }],
        lastLogins: [{ user: evil, seconds: 0 }],
        failedCollectors: [evil],
        logLags: [{ source: evil, lagSeconds: 61 }],
      },
      recentFailures: { byReason: NO_FAILURES, origins: [{ address: evil, failures: 1 }] },
      sources: [{ ...utmp(FORBIDDEN), state: { available: true, path: evil } }],
      nowSeconds: 0,
    });
    expect(html).not.toContain("<script");
    expect(html).not.toContain("alert('");
    expect(html.match(/&lt;script&gt;/g)!.length).toBeGreaterThan(15);
  });
});

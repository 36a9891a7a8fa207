import { describe, expect, test } from "bun:test";
import type { SourceInfo } from "../../src/sources/source.ts";
import type { ProbedSource, SourceState } from "../../src/sources/probe.ts";
import { type LandingPage, landingPage } from "../../src/web/landing_page.ts";
import type { SessionRow, Summary, UserRow } from "../../src/web/summary.ts";

const UNKNOWN: Summary = {
  sessions: undefined,
  loggedInUsers: undefined,
  failedLogins1h: undefined,
  failedSources1h: undefined,
  rootLogins: undefined,
  users: undefined,
  failedCollectors: [],
};
const TUNNELS: SessionRow = {
  user: "alice",
  type: "ssh-npty",
  tty: "",
  from: "203.0.113.9",
  count: 2,
  startSeconds: undefined,
  lastInputSeconds: undefined,
};
const SHELL: SessionRow = {
  ...TUNNELS,
  type: "terminal",
  tty: "pts/3",
  count: 1,
  lastInputSeconds: 900,
};
const ALICE: UserRow = {
  user: "alice",
  realName: "Alice Liddell",
  cpuRatio: 0.25,
  memoryBytes: 1024,
  processCount: 7,
};
const UTMP: SourceInfo = {
  name: "utmp",
  paths: ["/run/utmp"],
  lost: "A & B",
  whenMissing: "it is <new>",
  whenForbidden: "do <this>",
};
const READABLE: SourceState = { available: true, path: "/run/utmp" };
const MISSING: SourceState = { available: false, path: "/run/utmp", reason: "missing" };
const FORBIDDEN: SourceState = { available: false, path: "/run/utmp", reason: "forbidden" };

const utmp = (state: SourceState, coveredBy?: string): ProbedSource => ({
  info: UTMP,
  state,
  coveredBy,
  fallback: undefined,
});

function page(summary: Partial<Summary>, sources: LandingPage["sources"] = []): string {
  return landingPage({
    telemetryPath: "/metrics",
    version: "1.2.3",
    hostName: "host-1",
    summary: { ...UNKNOWN, ...summary },
    sources,
    nowSeconds: 1000,
  });
}

/** The text of each cell of each row, with white space as a browser shows it. */
function rows(html: string): string[][] {
  const text = (markup: string) =>
    markup
      .replace(/<[^>]*>/g, "")
      .replace(/&lt;/g, "<")
      .replace(/&gt;/g, ">")
      .replace(/&amp;/g, "&")
      .replace(/\s+/g, " ")
      .trim();
  return [...html.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)]
    .map(([, row]) =>
      [...row!.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell]) => text(cell!)),
    )
    .filter((cells) => cells.length > 0);
}

/** The numbers at the top by their names. */
function tiles(html: string): Record<string, string> {
  const found = html.matchAll(/class="tile"><b>([^<]*)<\/b>([^<]*)/g);
  return Object.fromEntries([...found].map(([, value, name]) => [name!.trim(), value!]));
}

describe("landingPage", () => {
  test("links to every endpoint and names the version", () => {
    const html = page({});
    for (const path of ["/metrics", "/-/healthy", "/-/ready"]) {
      expect(html).toContain(`href="${path}"`);
    }
    expect(html).toContain("version 1.2.3");
  });

  test("names the host, first of all in the title of its tab", () => {
    expect(page({})).toContain("<title>host-1 – User Session Exporter</title>");
    const nameless = landingPage({
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

  test("says what could not be collected", () => {
    expect(page({ failedCollectors: ["auth", "users"] })).toMatch(
      /role="alert">\s*This page is incomplete: failed to collect auth, users\./,
    );
    expect(page({})).not.toContain('role="alert"');
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

  test("shows sessions and users", () => {
    expect(rows(page({ sessions: [TUNNELS, SHELL], users: [ALICE] }))).toEqual([
      ["alice", "ssh-npty × 2", "–", "203.0.113.9", "–", "–"],
      ["alice", "terminal", "pts/3", "203.0.113.9", "–", "1m 40s"],
      ["alice Alice Liddell", "25.0 %25.0 %", "1 KiB1 KiB", "7"],
    ]);
  });

  test("shows what can be read where, and what is lost without the rest", () => {
    const html = page({}, [
      utmp(READABLE),
      utmp(MISSING),
      utmp(FORBIDDEN),
      utmp(MISSING, "logind"),
    ]);
    expect(rows(html)).toEqual([
      ["utmp", "readable", "/run/utmp"],
      ["utmp", "missing", "/run/utmp"],
      ["", "Lost without it: A & B. Why: it is <new>."],
      ["utmp", "forbidden", "/run/utmp"],
      ["", "Lost without it: A & B. To do: do <this>."],
      ["utmp", "not needed: logind", "/run/utmp"],
    ]);
  });

  test("text from outside is never markup", () => {
    const evil = `"></td><script>alert('x')</script>&`;
    const html = landingPage({
      telemetryPath: "/metrics",
      version: evil,
      hostName: evil,
      summary: {
        ...UNKNOWN,
        sessions: [{ ...TUNNELS, user: evil, type: evil, tty: evil, from: evil }],
        users: [{ ...ALICE, user: evil, realName: evil }],
        failedCollectors: [evil],
      },
      sources: [{ ...utmp(FORBIDDEN), state: { available: true, path: evil } }],
      nowSeconds: 0,
    });
    expect(html).not.toContain("<script");
    expect(html).not.toContain("alert('");
    expect(html.match(/&lt;script&gt;/g)).toHaveLength(13);
  });
});

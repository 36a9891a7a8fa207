import { describe, expect, test } from "bun:test";
import type { SourceInfo } from "../../../src/sources/source.ts";
import type { ProbedSource, SourceState } from "../../../src/sources/probe.ts";
import { type PageContent, renderPage } from "../../../src/web/page/page.ts";
import type { SessionRow, SliceRow, Summary, UserRow } from "../../../src/web/page/summary.ts";

const UNKNOWN: Summary = {
  sessions: undefined,
  loggedInUsers: undefined,
  failedLogins1h: undefined,
  failedSources1h: undefined,
  rootLogins: undefined,
  users: undefined,
  slices: [],
  realNames: new Map(),
  escalations: [],
  lastLogins: [],
  failedCollectors: [],
  logLags: [],
  webConfigFailed: false,
  reloadFailed: false,
  usersLimited: false,
  own: {
    cpuSeconds: undefined,
    startSeconds: undefined,
    residentBytes: undefined,
    scrapeSeconds: undefined,
    series: 0,
  },
};
const NO_FAILURES = { invalid_user: 0, bad_credentials: 0, no_credentials: 0 };
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
  cpuRatio: 0.25,
  memoryBytes: 1024,
  processCount: 7,
};
const SLICE: SliceRow = { user: "alice", resource: "memory", used: 960, limit: 1024 };
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

  test("when all is well, it says so in one line", () => {
    const well = page({}, [utmp(READABLE), utmp(MISSING, "logind")]);
    expect(well).toMatch(/class="well">\s*All is well/);
    expect(well).not.toContain('role="alert"');
  });

  test("what needs attention comes first: failed collectors, sources that nothing stands in for", () => {
    const html = page({ failedCollectors: ["auth", "users"] }, [
      utmp(READABLE),
      utmp(MISSING, "logind"),
      utmp(FORBIDDEN),
    ]);
    const alert = html
      .slice(html.indexOf('role="alert"'), html.indexOf("</div>"))
      .replace(/\s+/g, " ");
    expect(alert).toContain("failed to collect auth, users");
    expect(alert.match(/<li>/g)).toHaveLength(2);
    expect(alert).toContain("Lost without it: A &amp; B. To do: do &lt;this&gt;.");
    expect(html.indexOf('role="alert"')).toBeLessThan(html.indexOf('class="tiles"'));
    expect(html).not.toContain("All is well");
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

  test("shows the sessions of one user together, with short ages", () => {
    const bob = { ...SHELL, user: "bob", startSeconds: -200_000 };
    const html = page({
      sessions: [TUNNELS, bob, SHELL],
      users: [ALICE],
      realNames: new Map([["alice", "Alice Liddell"]]),
    });
    expect(rows(html)).toEqual([
      ["alice Alice Liddell"],
      ["ssh-npty × 2", "–", "203.0.113.9", "–", "–"],
      ["terminal", "pts/3", "203.0.113.9", "–", "1 min"],
      ["bob"],
      ["terminal", "pts/3", "203.0.113.9", "2 d", "1 min"],
      ["alice Alice Liddell", "25.0 %25.0 %", "1 KiB1 KiB", "7"],
    ]);
    expect(html).toMatch(/<time\s+datetime="1969-12-29T16:26:40.000Z"\s+title="1969-12-29 /);
  });

  test("shows why logins failed, and from where most did", () => {
    const failures = {
      byReason: { invalid_user: 30, bad_credentials: 0, no_credentials: 1 },
      origins: [{ address: "203.0.113.7", failures: 31 }],
    };
    expect(rows(page({}, [], failures))).toEqual([
      ["unknown or refused account", "3030"],
      ["no accepted key", "11"],
      ["203.0.113.7", "31"],
    ]);
    expect(page({}, [], { byReason: NO_FAILURES, origins: [] })).toContain("None.");
    expect(page({})).not.toContain("Failed logins in the last hour");
  });

  test("shows who used sudo and su, and who was here last", () => {
    const html = page({
      escalations: [{ user: "alice", method: "sudo", succeeded: 3, failed: 1 }],
      lastLogins: [{ user: "bob", seconds: 940 }],
    });
    expect(rows(html)).toEqual([
      ["alice", "sudo", "3", "1"],
      ["bob", "1 min"],
    ]);
    for (const title of ["sudo and su", "Last logins"]) expect(page({})).not.toContain(title);
  });

  test("sources in order are folded away, the others say what is lost without them", () => {
    const html = page({}, [
      utmp(READABLE),
      utmp(MISSING),
      utmp(FORBIDDEN),
      utmp(MISSING, "logind"),
    ]);
    expect(rows(html)).toEqual([
      ["utmp", "missing", "/run/utmp"],
      ["", "Lost without it: A & B. Why: it is <new>."],
      ["utmp", "forbidden", "/run/utmp"],
      ["", "Lost without it: A & B. To do: do <this>."],
      ["utmp", "readable", "/run/utmp"],
      ["utmp", "not needed: logind", "/run/utmp"],
    ]);
    const folded = html.slice(html.indexOf("<details>"), html.indexOf("</details>"));
    expect(folded).toContain("2 sources in order");
    expect(folded).toContain("readable");
    expect(folded).not.toContain("forbidden");
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
      "70 series, collected in 6 ms, 40 MiB resident memory, 1.3 s of CPU in the 10m 0s since it started.",
    );
    expect(page({})).toContain("own cost: 0 series.");
  });

  test.each([
    [{ webConfigFailed: true }, "no good any more"],
    [{ reloadFailed: true }, "The last reload was"],
    [{ usersLimited: true }, "more users than --users.max"],
    [{ slices: [SLICE] }, "alice (93.8 % of memory)"],
    [{ logLags: [{ source: "journal", lagSeconds: 61 }] }, "1m 1s late"],
  ])("a fault of the exporter's own needs attention, first of all: %j", (summary, text) => {
    const html = page(summary);
    expect(html.indexOf(text)).toBeGreaterThan(html.indexOf('role="alert"'));
    expect(html.indexOf(text)).toBeLessThan(html.indexOf('class="tiles"'));
  });

  test("shows the slices near their limit, and which of them to look at", () => {
    const half: SliceRow = { user: "bob", resource: "tasks", used: 50, limit: 100 };
    const html = page({ slices: [SLICE, half], realNames: new Map([["bob", "Bob"]]) });
    expect(rows(html)).toEqual([
      ["alice", "memory", "960 B of 1 KiB960 B of 1 KiB"],
      ["bob Bob", "tasks", "50 of 10050 of 100"],
    ]);
    expect(html.match(/high="0.9"/g)).toHaveLength(2);
    expect(page({})).not.toContain("Slices near their limit");
  });

  test.each([
    [89.9, false],
    [90, true],
  ])("a slice that uses %p of 100 needs attention: %p", (used, needed) => {
    const html = page({ slices: [{ ...SLICE, used, limit: 100 }] });
    expect(html.includes('role="alert"')).toBe(needed);
  });

  test("a log that is read a little late needs none", () => {
    expect(page({ logLags: [{ source: "journal", lagSeconds: 60 }] })).not.toContain(
      'role="alert"',
    );
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

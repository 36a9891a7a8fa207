import { describe, expect, test } from "bun:test";
import type { SourceInfo } from "../../src/sources/catalogue.ts";
import { type LandingPage, landingPage } from "../../src/web/landing_page.ts";
import type { SessionRow, Summary, UserRow } from "../../src/web/summary.ts";

const EMPTY: Summary = {
  sessions: [],
  failedLogins1h: undefined,
  failedSources1h: undefined,
  rootLogins: undefined,
  users: [],
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
const UTMP: SourceInfo = { name: "utmp", paths: ["/run/utmp"], lost: "A & B", remedy: "do <this>" };

function page(summary: Partial<Summary>, sources: LandingPage["sources"] = []): string {
  return landingPage({
    version: "1.2.3",
    summary: { ...EMPTY, ...summary },
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
  return [...html.matchAll(/<tr>([\s\S]*?)<\/tr>/g)]
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

  test("what is not known is no 0", () => {
    expect(tiles(page({}))).toMatchObject({
      "failed logins in the last hour": "–",
      "root logins since start": "–",
      "active sessions": "0",
    });
    expect(tiles(page({ failedLogins1h: 0 }))["failed logins in the last hour"]).toBe("0");
  });

  test("counts sessions that share a series, and each user once", () => {
    expect(tiles(page({ sessions: [TUNNELS, SHELL] }))).toMatchObject({
      "active sessions": "3",
      "users logged in": "1",
    });
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
      { info: { ...UTMP, name: "tcp" }, state: { available: true, path: "/proc/net/tcp" } },
      { info: UTMP, state: { available: false, path: "/run/utmp", reason: "missing" } },
    ]);
    expect(rows(html)).toEqual([
      ["tcp", "readable", "/proc/net/tcp", ""],
      ["utmp", "missing", "/run/utmp", "Lost: A & B. To do: do <this>."],
    ]);
  });

  test("text from outside is never markup", () => {
    const evil = `"></td><script>alert('x')</script>&`;
    const html = landingPage({
      version: evil,
      summary: {
        ...EMPTY,
        sessions: [{ ...TUNNELS, user: evil, type: evil, tty: evil, from: evil }],
        users: [{ ...ALICE, user: evil, realName: evil }],
      },
      sources: [{ info: UTMP, state: { available: true, path: evil } }],
      nowSeconds: 0,
    });
    expect(html).not.toContain("<script");
    expect(html).not.toContain("alert('");
    expect(html.match(/&lt;script&gt;/g)).toHaveLength(8);
  });
});

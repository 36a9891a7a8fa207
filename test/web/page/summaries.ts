/** What the sections of the page are tested with. */
import type { RecentFailures } from "../../../src/model/auth/auth_counts.ts";
import type { SourceInfo } from "../../../src/sources/source.ts";
import type { ProbedSource, SourceState } from "../../../src/sources/probe.ts";
import type { Html } from "../../../src/web/page/html.ts";
import type { SessionRow, SliceRow, Summary, UserRow } from "../../../src/web/page/summary.ts";

/** Of a host of which nothing is known. */
export const UNKNOWN: Summary = {
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
export const NO_FAILURES: RecentFailures["byReason"] = {
  invalid_user: 0,
  bad_credentials: 0,
  no_credentials: 0,
};
export const TUNNELS: SessionRow = {
  user: "alice",
  type: "ssh-npty",
  tty: "",
  from: "203.0.113.9",
  count: 2,
  startSeconds: undefined,
  lastInputSeconds: undefined,
};
export const SHELL: SessionRow = {
  ...TUNNELS,
  type: "terminal",
  tty: "pts/3",
  count: 1,
  lastInputSeconds: 900,
};
export const ALICE: UserRow = {
  user: "alice",
  cpuRatio: 0.25,
  memoryBytes: 1024,
  processCount: 7,
};
export const SLICE: SliceRow = { user: "alice", resource: "memory", used: 960, limit: 1024 };
const UTMP: SourceInfo = {
  name: "utmp",
  paths: ["/run/utmp"],
  lost: "A & B",
  whenMissing: "it is <new>",
  whenForbidden: "do <this>",
};
export const READABLE: SourceState = { available: true, path: "/run/utmp" };
export const MISSING: SourceState = { available: false, path: "/run/utmp", reason: "missing" };
export const FORBIDDEN: SourceState = { available: false, path: "/run/utmp", reason: "forbidden" };

export const utmp = (state: SourceState, coveredBy?: string): ProbedSource => ({
  info: UTMP,
  state,
  coveredBy,
  fallback: undefined,
});

/** The text of each cell of each row of tables, with white space as a browser shows it. */
export function rows({ text: page }: Html): string[][] {
  const text = (markup: string) =>
    markup
      .replace(/<[^>]*>/g, "")
      .replace(/&lt;/g, "<")
      .replace(/&gt;/g, ">")
      .replace(/&amp;/g, "&")
      .replace(/\s+/g, " ")
      .trim();
  return [...page.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)]
    .map(([, row]) =>
      [...row!.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell]) => text(cell!)),
    )
    .filter((cells) => cells.length > 0);
}

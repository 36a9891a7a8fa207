import { describe, expect, test } from "bun:test";
import type { ProbedSource } from "../../../src/sources/probe.ts";
import { attention } from "../../../src/web/page/attention.ts";
import type { Summary } from "../../../src/web/page/summary.ts";
import { FORBIDDEN, MISSING, READABLE, SLICE, UNKNOWN, utmp } from "./summaries.ts";

/** What is to be looked at, as text; undefined when all is well. */
function items(
  summary: Partial<Summary>,
  sources: readonly ProbedSource[] = [],
): string[] | undefined {
  const { text } = attention({ ...UNKNOWN, ...summary }, sources);
  if (text.includes('class="well"')) return undefined;
  expect(text).toContain('role="alert"');
  const found = Array.from(text.matchAll(/<li>([\s\S]*?)<\/li>/g), ([, item]) => item!);
  return found.map((item) => item.replace(/<[^>]*>/g, "").replace(/\s+/g, " "));
}

describe("attention", () => {
  test("when all is well, it says so in one line", () => {
    const { text } = attention(UNKNOWN, [utmp(READABLE), utmp(MISSING, "logind")]);
    expect(text).toMatch(/^<p class="well">\s*All is well/);
    expect(text).not.toContain("alert");
  });

  test("names the collectors that failed", () => {
    expect(items({ failedCollectors: ["auth", "users"] })).toEqual([
      "This page is incomplete: failed to collect auth, users. The exporter's log says why.",
    ]);
  });

  test("names the sources that nothing stands in for, and what to do", () => {
    const sources = [utmp(READABLE), utmp(MISSING, "logind"), utmp(FORBIDDEN), utmp(MISSING)];
    expect(items({}, sources)).toEqual([
      "utmp is forbidden. Lost without it: A &amp; B. To do: do &lt;this&gt;.",
      "utmp is missing. Lost without it: A &amp; B. Why: it is &lt;new&gt;.",
    ]);
  });

  test("says what is read in place of a source", () => {
    const [item] = items({}, [{ ...utmp(MISSING), fallback: "wtmp" }])!;
    expect(item).toContain("A &amp; B. Read instead: wtmp. Why:");
  });

  test.each([
    [60, undefined],
    [61, "The log journal is read 1 min 1 s late: failed logins of the last hour"],
  ])("a log that is read %p s late: %p", (lagSeconds, text) => {
    const found = items({ logLags: [{ source: "journal", lagSeconds }] });
    expect(found?.[0]?.slice(0, text?.length)).toBe(text as string);
  });

  test.each([
    [{ webConfigFailed: true }, "The web config file is invalid now: the previous settings"],
    [{ reloadFailed: true }, "The last reload was refused: the previous settings stay."],
    [{ usersLimited: true }, "There are more users than --users.max: those beyond it"],
  ])("%j", (summary, text) => {
    expect(items(summary)).toHaveLength(1);
    expect(items(summary)![0]).toStartWith(text);
  });

  test("users near their limits take one line, those below 90 % none", () => {
    const slices = [
      SLICE,
      { ...SLICE, user: "bob", resource: "tasks" as const, used: 90, limit: 100 },
      { ...SLICE, user: "carol", used: 89.9, limit: 100 },
    ];
    expect(items({ slices })).toEqual([
      "Near the limit of their slice: alice (93.8 % of memory), bob (90.0 % of tasks).",
    ]);
    expect(items({ slices: slices.slice(2) })).toBeUndefined();
  });

  test("what makes the page itself incomplete comes first", () => {
    const found = items({ usersLimited: true, failedCollectors: ["auth"] }, [utmp(MISSING)])!;
    expect(found.map((item) => item.split(" ")[0])).toEqual(["This", "utmp", "There"]);
  });
});

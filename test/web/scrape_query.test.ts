import { describe, expect, test } from "bun:test";
import { parseScrapeQuery } from "../../src/web/scrape_query.ts";

const NAMES = { known: new Set(["a", "b", "c", "off"]), enabled: new Set(["a", "b", "c"]) };

function read(query: string, timeout: string | null = null) {
  return parseScrapeQuery(new URLSearchParams(query), NAMES, timeout);
}

describe("the query of the metrics page", () => {
  test.each([
    ["", undefined],
    ["collect[]=a", ["a"]],
    ["collect[]=b&collect[]=a&collect[]=b", ["b", "a"]],
    ["collect%5B%5D=a", ["a"]],
    ["exclude[]=a", ["b", "c"]],
    ["exclude[]=a&exclude[]=b&exclude[]=c", []],
  ])("%j asks for %p", (query, names) => {
    const collectors = names && new Set(names);
    expect(read(query)).toEqual({ ok: true, request: { collectors, limitMs: undefined } });
  });

  // The texts are those of node_exporter.
  test.each([
    ["collect[]=a&exclude[]=b", "Combined collect and exclude queries are not allowed."],
    ["collect[]=x", "Couldn't create filtered metrics handler: missing collector: x"],
    [
      "collect[]=a&collect[]=off",
      "Couldn't create filtered metrics handler: disabled collector: off",
    ],
    ["exclude[]=off", "Couldn't create filtered metrics handler: disabled collector: off"],
    ["collect[]=", "Couldn't create filtered metrics handler: missing collector: "],
    ["collect[]=toString", "Couldn't create filtered metrics handler: missing collector: toString"],
    ["collect=a", 'unknown query parameter "collect": want collect[] or exclude[]'],
    ["name[]=up", 'unknown query parameter "name[]": want collect[] or exclude[]'],
  ])("%j is refused: %s", (query, message) => {
    expect(read(query)).toEqual({ ok: false, message });
  });

  test("a refusal repeats no more than a little of what was asked", () => {
    const long = read(`collect[]=${"x".repeat(100_000)}`);
    expect(long.ok ? 0 : long.message.length).toBe(500);
  });

  test.each([
    ["10", 9500],
    ["1.5", 1000],
    ["0.1", 500],
    ["1e9", 999_999_999_500],
    [null, undefined],
    ["", undefined],
    ["soon", undefined],
    ["-5", undefined],
    ["0", undefined],
    ["Infinity", undefined],
    ["NaN", undefined],
  ])("a scraper that waits for %j s has its answer within %p ms", (timeout, limitMs) => {
    expect(read("", timeout)).toEqual({ ok: true, request: { collectors: undefined, limitMs } });
  });
});

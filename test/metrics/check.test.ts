import { describe, expect, test } from "bun:test";
import { MalformedMetricError, checkFamilies } from "../../src/metrics/check.ts";
import { MAX_LABEL_LENGTH } from "../../src/metrics/labels.ts";
import {
  type Family,
  type Sample,
  counter,
  family,
  gauge,
  histogram,
  newest,
  observed,
  single,
} from "../../src/metrics/metric.ts";

const X = gauge("x", "X.", "a", "b");
const check = (...families: Family[]) => checkFamilies(families, new Set());
const sample = (labels: Record<string, string>, value = 1): Sample => ({ labels, value });

describe("a metric that can't be rendered is refused", () => {
  test.each<[string, Family, string]>([
    ["an unknown label", family<string>(X, [sample({ a: "", b: "", c: "" })]), 'unknown label "c"'],
    ["a missing label", family<string>(X, [sample({ a: "" })]), "a label is missing"],
    [
      "a label that is no text",
      family<string>(X, [{ labels: { a: 1, b: "" } as never, value: 1 }]),
      'the label "a" is no text',
    ],
    [
      "the same labels twice",
      family(X, [
        { labels: { a: "1", b: "2" }, value: 1 },
        { labels: { b: "2", a: "1" }, value: 1 },
      ]),
      "duplicate series",
    ],
    ["NaN", single(gauge("x", ""), Number.NaN), "no finite number"],
    ["infinity", single(gauge("x", ""), Number.POSITIVE_INFINITY), "no finite number"],
    ["no number", single(gauge("x", ""), "1" as never), "no finite number"],
    ["a negative counter", single(counter("x_total", ""), -1), "a counter is below 0"],
    ["a bad name", single(gauge("x-y", ""), 1), "invalid metric name"],
    ["a bad label name", family(gauge("x", "", "a-b"), []), 'invalid label name "a-b"'],
    ["a reserved label name", family(gauge("x", "", "__a"), []), 'invalid label name "__a"'],
    [
      "a gauge's sample with a suffix",
      family<never>(gauge("x", ""), [{ labels: {}, value: 1, suffix: "_sum" }]),
      "bad suffix",
    ],
  ])("%s", (_, bad, what) => {
    expect(() => check(bad)).toThrow(MalformedMetricError);
    expect(() => check(bad)).toThrow(what);
  });

  test("two metrics of one name, also of two collectors", () => {
    const taken = new Set<string>();
    const one = single(gauge("x", ""), 1);
    expect(() => check(one, one)).toThrow("this metric exists already");
    checkFamilies([one], taken);
    expect(() => checkFamilies([one], taken)).toThrow("this metric exists already");
  });

  test("the names of what was refused are free for others", () => {
    const taken = new Set<string>();
    const bad = [single(gauge("x", ""), 1), single(gauge("y", ""), Number.NaN)];
    expect(() => checkFamilies(bad, taken)).toThrow();
    expect(checkFamilies([single(gauge("x", ""), 1)], taken)).toHaveLength(1);
  });

  test("the message shows no control characters of a label", () => {
    const bad = family(gauge("x", "", "a"), [{ labels: { a: "\u009b[2J" }, value: Number.NaN }]);
    expect(() => check(bad)).toThrow('user_sessions_x{"a":"\ufffd[2J"} NaN: the value');
  });
});

describe("what passes", () => {
  test("a good metric stays as it is", () => {
    const good = family(X, [
      { labels: { a: "x,b:y", b: "z" }, value: -1 },
      { labels: { a: "x", b: "y,b:z" }, value: 0.5 },
      { labels: { a: "1", b: "2" }, value: 1 },
      { labels: { a: "12", b: "" }, value: 1 },
    ]);
    expect(check(good)).toEqual([good]);
  });

  test("a histogram, its negative sum too", () => {
    const H = histogram("h", "", [1, 2], "a");
    const good = observed(H, [{ labels: { a: "x" }, counts: [1, 0, 2], sum: -3 }]);
    expect(check(good)).toEqual([good]);
  });

  test("labels are cleaned and cut", () => {
    const long = "é".repeat(MAX_LABEL_LENGTH + 1);
    const [cleaned] = check(family(X, [{ labels: { a: "\u001b[31m", b: long }, value: 1 }]));
    const labels = { a: "\ufffd[31m", b: `${"é".repeat(MAX_LABEL_LENGTH - 1)}…` };
    expect(cleaned!.samples).toEqual([{ labels, value: 1 }]);
  });

  test("two that only cleaning makes equal become one, by the rule of the metric", () => {
    const two = (definition: typeof X) =>
      check(
        family(definition, [
          { labels: { a: "\u0001", b: "" }, value: 3 },
          { labels: { a: "\u0002", b: "" }, value: 4 },
          { labels: { a: "\ufffd", b: "" }, value: 1 },
        ]),
      )[0]!.samples.map(({ value }) => value);
    expect(two(X)).toEqual([8]);
    expect(two(newest(X))).toEqual([4]);
  });
});

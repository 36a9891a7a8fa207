import { describe, expect, test } from "bun:test";
import { MalformedMetricError, SAMPLES_A_TURN, checkFamilies } from "../../src/metrics/check.ts";
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
    ["a missing label", family<string>(X, [sample({ a: "" })]), "missing label"],
    [
      "a label that is not a string",
      family<string>(X, [{ labels: { a: 1, b: "" } as never, value: 1 }]),
      'invalid label "a": want a string',
    ],
    [
      "the same labels twice",
      family(X, [
        { labels: { a: "1", b: "2" }, value: 1 },
        { labels: { b: "2", a: "1" }, value: 1 },
      ]),
      "duplicate series",
    ],
    ["NaN", single(gauge("x", ""), Number.NaN), "invalid value: want a finite number"],
    [
      "infinity",
      single(gauge("x", ""), Number.POSITIVE_INFINITY),
      "invalid value: want a finite number",
    ],
    ["no number", single(gauge("x", ""), "1" as never), "invalid value: want a finite number"],
    ["a negative counter", single(counter("x_total", ""), -1), "invalid value: want 0 or more"],
    ["a bad name", single(gauge("x-y", ""), 1), "invalid metric name"],
    ["a bad label name", family(gauge("x", "", "a-b"), []), 'invalid label name "a-b"'],
    ["a reserved label name", family(gauge("x", "", "__a"), []), 'invalid label name "__a"'],
    [
      "a gauge's sample with a suffix",
      family<never>(gauge("x", ""), [{ labels: {}, value: 1, suffix: "_sum" }]),
      "invalid suffix",
    ],
  ])("%s", async (_, bad, what) => {
    await expect(check(bad)).rejects.toThrow(MalformedMetricError);
    await expect(check(bad)).rejects.toThrow(what);
  });

  test("two metrics of one name, also of two collectors", async () => {
    const taken = new Set<string>();
    const one = single(gauge("x", ""), 1);
    await expect(check(one, one)).rejects.toThrow("this metric exists already");
    await checkFamilies([one], taken);
    await expect(checkFamilies([one], taken)).rejects.toThrow("this metric exists already");
  });

  test("the names of what was refused are free for others", async () => {
    const taken = new Set<string>();
    const bad = [single(gauge("x", ""), 1), single(gauge("y", ""), Number.NaN)];
    await expect(checkFamilies(bad, taken)).rejects.toThrow();
    expect(await checkFamilies([single(gauge("x", ""), 1)], taken)).toHaveLength(1);
  });

  test("the message shows no control characters of a label", async () => {
    const bad = family(gauge("x", "", "a"), [{ labels: { a: "\u009b[2J" }, value: Number.NaN }]);
    await expect(check(bad)).rejects.toThrow('user_sessions_x{"a":"\ufffd[2J"} NaN: invalid value');
  });
});

describe("what passes", () => {
  test("a good metric stays as it is", async () => {
    const good = family(X, [
      { labels: { a: "x,b:y", b: "z" }, value: -1 },
      { labels: { a: "x", b: "y,b:z" }, value: 0.5 },
      { labels: { a: "1", b: "2" }, value: 1 },
      { labels: { a: "12", b: "" }, value: 1 },
    ]);
    expect(await check(good)).toEqual([good]);
  });

  test("a histogram, its negative sum too", async () => {
    const H = histogram("h", "", [1, 2], "a");
    const good = observed(H, [{ labels: { a: "x" }, counts: [1, 0, 2], sum: -3 }]);
    expect(await check(good)).toEqual([good]);
  });

  test("labels are cleaned and cut", async () => {
    const long = "é".repeat(MAX_LABEL_LENGTH + 1);
    const [cleaned] = await check(family(X, [{ labels: { a: "\u001b[31m", b: long }, value: 1 }]));
    const labels = { a: "\ufffd[31m", b: `${"é".repeat(MAX_LABEL_LENGTH - 1)}…` };
    expect(cleaned!.samples).toEqual([{ labels, value: 1 }]);
  });

  test("two that only cleaning makes equal become one, by the rule of the metric", async () => {
    const two = async (definition: typeof X) => {
      const values = ["\u0001", "\u0002", "\ufffd"].map((a, i) => ({
        labels: { a, b: "" },
        value: [3, 4, 1][i]!,
      }));
      const [made] = await check(family(definition, values));
      return made!.samples.map(({ value }) => value);
    };
    expect(await two(X)).toEqual([8]);
    expect(await two(newest(X))).toEqual([4]);
  });

  test("of many samples: others have their turn after each 4,096", async () => {
    const samples = Array.from({ length: 3 * SAMPLES_A_TURN }, (_, i) => ({
      labels: { a: String(i), b: "" },
      value: 1,
    }));
    let turns = 0;
    const yieldTurn = () => {
      turns++;
      return Promise.resolve();
    };
    await checkFamilies([family(X, samples)], new Set(), yieldTurn);
    expect(turns).toBe(3);
  });
});

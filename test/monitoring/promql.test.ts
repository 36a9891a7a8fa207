import { describe, expect, test } from "bun:test";
import { barelyReadCounters, gaugesReadAsCounters, metricsIn } from "./promql.ts";

const COUNTERS = new Set(["a_total"]);

describe("metricsIn", () => {
  test.each([
    ["up", ["up"]],
    ['sum by (job, x) (up{job="b", c!~"d{e}f[g]"}) or 0 * level:a:sum', ["up", "level:a:sum"]],
    ["60 * rate(a_total[5m]) > 2^30 and b offset 15m", ["a_total", "b"]],
    ["a / on (x) group_left (y) max without (z) (b_bytes)", ["a", "b_bytes"]],
    ["time() - c{instance=~'$host'} < 15 * 60 unless vector(1)", ["c"]],
    ["topk(10, increase(a_total[$__rate_interval]))", ["a_total"]],
  ])("%s", (expression, names) => {
    expect([...metricsIn(expression)]).toEqual(names);
  });
});

describe("barelyReadCounters", () => {
  test.each([
    ["a_total", ["a_total"]],
    ["a_total > 3", ["a_total"]],
    ["sum(a_total) / rate(a_total[5m])", ["a_total"]],
    ["avg_over_time(a_total[5m])", ["a_total"]],
    ["a_total - a_total offset 1h", ["a_total"]],
    ['increase(a_total{x="y"}[5m]) > 0', []],
    ["sum without (x) (rate(a_total[5m]))", []],
    ['a_total{x="y"} unless a_total offset $__range or increase(a_total[$__range])', []],
    ["a_total unless b_total offset 1d", ["a_total"]],
    ["a_total unless a_total", ["a_total"]],
    ["b", []],
  ])("%s", (expression, names) => {
    expect(barelyReadCounters(expression, COUNTERS)).toEqual(names);
  });
});

describe("gaugesReadAsCounters", () => {
  test.each([
    ["rate(b[5m]) + rate(a_total[5m])", ["b"]],
    ["increase( b{x='y'}[5m])", ["b"]],
    ["avg_over_time(b[5m])", []],
  ])("%s", (expression, names) => {
    expect(gaugesReadAsCounters(expression, COUNTERS)).toEqual(names);
  });
});

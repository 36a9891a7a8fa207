import { expect, test } from "bun:test";
import {
  byLabel,
  counter,
  earliest,
  gauge,
  newest,
  ofTheHost,
  ofThisRun,
  samplesOf,
  single,
} from "../../src/metrics/metric.ts";

test("metrics carry the exporter's prefix", () => {
  expect(gauge("x", "Help.", "a", "b") as unknown).toEqual({
    name: "user_sessions_x",
    help: "Help.",
    type: "gauge",
    labels: ["a", "b"],
    lifetime: "host",
    merge: "sum",
  });
  expect(counter("x_total", "Help.")).toMatchObject({
    name: "user_sessions_x_total",
    type: "counter",
  });
});

test("a value that is not known is no sample, and 0 is one", () => {
  expect(single(gauge("x", ""), undefined).samples).toEqual([]);
  expect(single(gauge("x", ""), 0).samples).toEqual([{ labels: {}, value: 0 }]);
});

test("byLabel gives a sample for each key", () => {
  const family = byLabel(
    gauge("x", "", "username"),
    new Map([
      ["alice", 1],
      ["bob", 0],
    ]),
  );
  expect(family.samples).toEqual([
    { labels: { username: "alice" }, value: 1 },
    { labels: { username: "bob" }, value: 0 },
  ]);
});

test("counters are kept over restarts, unless it is said otherwise", () => {
  const total = counter("x_total", "");
  expect(total.lifetime).toBe("saved");
  expect(ofThisRun(total).lifetime).toBe("run");
  expect(ofTheHost(total).lifetime).toBe("host");
});

test("values are added up where labels become one, time stamps are not", () => {
  expect(gauge("x", "").merge).toBe("sum");
  expect(newest(gauge("x", "")).merge).toBe("newest");
  expect(earliest(gauge("x", "")).merge).toBe("earliest");
});

test("samplesOf finds a metric's samples, and none of one that was not collected", () => {
  const x = gauge("x", "", "username");
  const families = [single(gauge("y", ""), 1), byLabel(x, [["alice", 2]])];
  expect(samplesOf(families, x)).toEqual([{ labels: { username: "alice" }, value: 2 }]);
  expect(samplesOf(families, gauge("z", ""))).toEqual([]);
});

import { expect, test } from "bun:test";
import { byLabel, counter, gauge, single } from "../../src/metrics/metric.ts";

test("metrics carry the exporter's prefix", () => {
  const expected = { name: "user_sessions_x", help: "Help.", type: "gauge", labels: ["a", "b"] };
  expect(gauge("x", "Help.", "a", "b") as unknown).toEqual(expected);
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

import { expect, test } from "bun:test";
import type { Collector } from "../../../src/collectors/registry.ts";
import { Reading } from "../../../src/collectors/runtime/reading.ts";
import { gauge, single } from "../../../src/metrics/metric.ts";
import { Deadline } from "../../../src/sources/deadline.ts";
import { SmallHost, series } from "../../helpers/small_host.ts";

/** A collector of one metric, whose value is how often it ran. */
function counting(name: string, more: Partial<Collector> = {}) {
  let runs = 0;
  const collector: Collector = {
    name,
    help: "",
    collect: async () => [single(gauge(name, ""), ++runs)],
    ...more,
  };
  return collector;
}

const soon = () => new Deadline(60_000);

test("a collector runs once for all collections of a reading", async () => {
  using host = new SmallHost();
  const reading = new Reading(host.host(), soon());
  const a = counting("a");
  const [first, second] = [
    await reading.attempt(a, [], soon()),
    await reading.attempt(a, [], soon()),
  ];
  expect(series(first.families!)).toEqual(["a{} 1"]);
  expect(second.families).toBe(first.families!);
});

test("one that describes others runs for each collection, with what that has", async () => {
  using host = new SmallHost();
  const reading = new Reading(host.host(), soon());
  const seen: string[][] = [];
  const users = counting("users", {
    describesOthers: true,
    collect: async (_, collected) => {
      seen.push(series(collected));
      return [single(gauge("users", ""), seen.length)];
    },
  });
  const { families } = await reading.attempt(counting("a"), [], soon());
  expect(series((await reading.attempt(users, families!, soon())).families!)).toEqual([
    "users{} 1",
  ]);
  expect(series((await reading.attempt(users, [], soon())).families!)).toEqual(["users{} 2"]);
  expect(seen).toEqual([["a{} 1"], []]);
});

test("a metric that another collector of the reading has is refused, also over collections", async () => {
  using host = new SmallHost();
  const reading = new Reading(host.host(), soon());
  await reading.attempt(counting("a"), [], soon());
  const same = { ...counting("a"), name: "b" };
  expect((await reading.attempt(same, [], soon())).families).toBeUndefined();
  expect(host.logged[0]).toStartWith('level=ERROR msg="collector failed" collector=b');
});

test("one that is late is a failure of that collection alone, and not begun when time is over", async () => {
  using host = new SmallHost();
  const reading = new Reading(host.host(), soon());
  const { promise, resolve } = Promise.withResolvers<void>();
  let runs = 0;
  const slow = counting("a", {
    collect: async () => {
      runs++;
      await promise;
      return [single(gauge("a", ""), runs)];
    },
  });
  expect((await reading.attempt(slow, [], new Deadline(0))).families).toBeUndefined();
  expect(runs).toBe(0);
  expect((await reading.attempt(slow, [], new Deadline(5))).families).toBeUndefined();
  const patient = reading.attempt(slow, [], soon());
  resolve();
  const { families, seconds } = await patient;
  expect(series(families!)).toEqual(["a{} 1"]);
  expect(seconds).toBeGreaterThanOrEqual(0);
  expect(runs).toBe(1);
  expect(host.logged).toEqual([
    'level=ERROR msg="collector failed" collector=a err="not done within 0 s"',
    'level=ERROR msg="collector failed" collector=a err="not done within 0.005 s"',
    'level=INFO msg="collector works again" collector=a',
  ]);
});

test("a reload has no effect on a reading that has begun", () => {
  using host = new SmallHost();
  const state = host.host();
  const reading = new Reading(state, soon());
  const before = state.settings;
  state.settings = { ...before, logLevel: "debug" };
  expect(reading.settings).toBe(before);
});

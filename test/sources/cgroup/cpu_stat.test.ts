import { expect, test } from "bun:test";
import { parseUsageMicros } from "../../../src/sources/cgroup/cpu_stat.ts";

test.each([
  ["usage_usec 12345\nuser_usec 1\n", 12345],
  ["nr_periods 0\nusage_usec 7\n", 7],
  ["usage_usec 0\n", 0],
  ["usage_usec 9\nusage_usec 8\n", 9],
  ["", undefined],
  ["usage_usec 123", undefined],
  ["usage_usec \n", undefined],
  ["usage_usec -1\n", undefined],
  ["x_usage_usec 5\n", undefined],
])("%j: %p", (text, micros) => {
  expect(parseUsageMicros(Buffer.from(text))).toBe(micros);
});

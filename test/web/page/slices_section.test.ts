import { expect, test } from "bun:test";
import { fullSlices, slicesSection } from "../../../src/web/page/slices_section.ts";
import type { SliceRow } from "../../../src/web/page/summary.ts";
import { SLICE, UNKNOWN, rows } from "./summaries.ts";

test("shows what slices use of their limit, memory in bytes and tasks in numbers", () => {
  const half: SliceRow = { user: "bob", resource: "tasks", used: 50, limit: 100 };
  const realNames = new Map([["bob", "Bob"]]);
  const section = slicesSection({ ...UNKNOWN, slices: [SLICE, half], realNames })!;
  expect(rows(section)).toEqual([
    ["alice", "memory", "960 B of 1 KiB960 B of 1 KiB"],
    ["bob Bob", "tasks", "50 of 10050 of 100"],
  ]);
  expect(section.text).toContain(`aria-label="memory of alice&#x27;s slice"`);
  expect(section.text.match(/high="0.9"/g)).toHaveLength(2);
  expect(section.text).toMatch(/value="0.938"[\s\S]*value="0.500"/);
});

test("is left out when no slice is near its limit", () => {
  expect(slicesSection(UNKNOWN)).toBeUndefined();
});

test("a slice is full from 90 % of its limit on", () => {
  const slices = [89.9, 90, 101].map((used) => Object.assign({}, SLICE, { used, limit: 100 }));
  expect(fullSlices({ ...UNKNOWN, slices }).map(({ used }) => used)).toEqual([90, 101]);
});

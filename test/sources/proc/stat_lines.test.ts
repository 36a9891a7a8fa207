import { expect, test } from "bun:test";
import { LINE_BYTES, StatLines } from "../../../src/sources/proc/stat_lines.ts";
import { randomFrom } from "../../helpers/random.ts";

const line = (text: string) => Buffer.from(text.padEnd(LINE_BYTES, "."));

test("a slot holds the very line that was kept there", () => {
  const lines = new StatLines();
  const slot = lines.keep(-1, line("1 (a) S 7"), 9);
  expect(lines.holds(slot, line("1 (a) S 7"), 9)).toBe(true);
  expect(lines.holds(slot, line("1 (a) S 8"), 9)).toBe(false);
  expect(lines.holds(slot, line("1 (a) S 7"), 8)).toBe(false);
  expect(lines.holds(-1, line("1 (a) S 7"), 9)).toBe(false);
  // What stands behind the line in the buffer is no part of it.
  expect(lines.holds(slot, Buffer.from("1 (a) S 7 and more"), 9)).toBe(true);
});

test("a process keeps its slot; one that was given back is used again", () => {
  const lines = new StatLines();
  const [a, b] = [lines.keep(-1, line("a"), 1), lines.keep(-1, line("b"), 1)];
  expect(lines.keep(a, line("c"), 1)).toBe(a);
  expect(lines.holds(a, line("c"), 1)).toBe(true);
  lines.release(a);
  lines.release(-1);
  expect(lines.keep(-1, line("d"), 1)).toBe(a);
  expect(lines.holds(b, line("b"), 1)).toBe(true);
});

test("lines outlive the growth of the store", () => {
  const lines = new StatLines();
  const random = randomFrom(3);
  const texts = Array.from({ length: 1000 }, (_, i) => `${i} ${random.below(1e9)}`);
  const slots = texts.map((text) => lines.keep(-1, line(text), text.length));
  expect(new Set(slots).size).toBe(1000);
  for (const [i, text] of texts.entries())
    expect(lines.holds(slots[i]!, line(text), text.length)).toBe(true);
});

test("is wasteful once a fraction of it is in use, and small again when it is cleared", () => {
  const lines = new StatLines();
  const slots = Array.from({ length: 1000 }, () => lines.keep(-1, line("x"), 1));
  expect(lines.isWasteful).toBe(false);
  for (const slot of slots.slice(0, 900)) lines.release(slot);
  expect(lines.isWasteful).toBe(true);
  lines.clear();
  expect(lines.isWasteful).toBe(false);
  expect(lines.holds(slots[999]!, line("x"), 1)).toBe(false);
  expect(lines.keep(-1, line("y"), 1)).toBe(0);
});

import { expect, test } from "bun:test";
import { mutated } from "./mutate.ts";
import { randomFrom } from "./random.ts";

const CORPUS = [Buffer.from("cpu 1 22 333\nbtime 1700000000\n"), Buffer.from("root:x:0:0\n")];

const many = (count: number) =>
  Array.from({ length: count }, (_, seed) => mutated(randomFrom(seed), CORPUS));

function someOf(count: number, holds: (bytes: Buffer) => boolean): boolean {
  for (let seed = 0; seed < count; seed++)
    if (holds(mutated(randomFrom(seed), CORPUS))) return true;
  return false;
}

test("a seed gives the same bytes again, and the corpus stays as it is", () => {
  const before = CORPUS.map((each) => each.toString());
  expect(many(500)).toEqual(many(500));
  expect(CORPUS.map((each) => each.toString())).toEqual(before);
});

test("cases differ from the corpus and from one another", () => {
  const texts = many(2_000).map((each) => each.toString("latin1"));
  const originals = new Set(CORPUS.map((each) => each.toString("latin1")));
  expect(texts.filter((text) => originals.has(text)).length).toBeLessThan(200);
  expect(new Set(texts).size).toBeGreaterThan(1_500);
});

test.each([
  ["bits are flipped, bytes set", /btimg|bvime|bt\(me|cqu/],
  ["numbers become extreme", /18446744073709551616/],
  ["what is nearly a number", /NaN/],
  ["pieces of another file come in", /cpu[^]*root|root[^]*cpu/],
  ["pieces are repeated", /(.{3,})\1{5,}/s],
  ["lines change places", /^btime[^]*\ncpu/],
  ["binary extremes", /\xff{8}|\xff{4}/],
  ["nothing is left", /^$/],
])("%s", (_, pattern) => {
  expect(someOf(20_000, (each) => pattern.test(each.toString("latin1")))).toBeTrue();
});

test("the result has a limit", () => {
  const long = [Buffer.alloc(10_000, "x")];
  for (let seed = 0; seed < 200; seed++)
    expect(mutated(randomFrom(seed), long, 100).length).toBeLessThanOrEqual(100);
});

import { expect, test } from "bun:test";
import { mutatedValue } from "./mutate_value.ts";
import { randomFrom } from "./random.ts";

const VALUE = { name: "abc", list: [1, 2, { deep: [true] }], empty: {} };

const many = () => Array.from({ length: 2000 }, (_, seed) => mutatedValue(randomFrom(seed), VALUE));

test("a seed gives the same value again, and the original stays as it is", () => {
  const before = structuredClone(VALUE);
  expect(many()).toEqual(many());
  expect(VALUE).toEqual(before);
});

test.each([
  ["a key is missing", /^(?!.*"name")/],
  ["a key is added", /"namex"/],
  ["an item is missing", /"list":\[2,/],
  ["an item is repeated", /"list":\[1,2,\{"deep":\[true\]\},1\]/],
  ["two change places", /"list":\[2,1,/],
  ["something deep is another thing", /"deep":\[null\]/],
  ["a number is near", /"list":\[1,3,/],
  ["a text is cut into", /"name":"a:c"/],
  ["the whole is another thing", /^\[\]$/],
])("%s", (_, pattern) => {
  expect(many().some((value) => pattern.test(JSON.stringify(value)))).toBeTrue();
});

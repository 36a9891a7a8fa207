import { expect, test } from "bun:test";
import {
  NewerStateError,
  SavedStateError,
  savedCount,
  savedEntries,
  savedFlag,
  savedList,
  savedNumber,
  savedOptional,
  savedRecord,
  savedText,
} from "../../src/sources/saved_value.ts";

const VALUES = [
  {},
  [],
  0,
  7,
  -1,
  1.5,
  2 ** 53,
  "",
  "7",
  true,
  false,
  null,
  undefined,
  NaN,
  Infinity,
];

test.each([
  [savedRecord, [{}], "an object"],
  [savedList, [[]], "a list"],
  [savedCount, [0, 7], "a whole number, 0 or more"],
  [savedNumber, [0, 7, -1, 1.5, 2 ** 53], "a number"],
  [savedText, ["", "7"], "a string"],
  [savedFlag, [true, false], "true or false"],
] as const)("%p takes its own kind of value and no other", (read, good, wanted) => {
  const taken = VALUES.filter((value) => {
    try {
      return read(value, "x") === value;
    } catch (error) {
      expect(error).toBeInstanceOf(SavedStateError);
      expect((error as Error).message).toBe(`invalid x: want ${wanted}`);
      return false;
    }
  });
  expect(taken as unknown[]).toEqual([...good]);
});

test("null stands for what is not there, and only null", () => {
  expect(savedOptional(null, "x", savedCount)).toBeUndefined();
  expect(savedOptional(7, "x", savedCount)).toBe(7);
  expect(() => savedOptional(undefined, "x", savedCount)).toThrow("invalid x: want a whole number");
});

test("a state of a later version is a state that can't be used", () => {
  expect(new NewerStateError()).toBeInstanceOf(SavedStateError);
});

test("an object's values are read by their names, each the same way", () => {
  expect(savedEntries({ a: 1, b: 2 }, "x", savedCount)).toEqual([
    ["a", 1],
    ["b", 2],
  ]);
  expect(savedEntries({}, "x", savedCount)).toEqual([]);
  expect(() => savedEntries({ a: "1" }, "x", savedCount)).toThrow("invalid x: want a whole");
  expect(() => savedEntries([1], "x", savedCount)).toThrow("invalid x: want an object");
});

import { expect, test } from "bun:test";
import { COLLECTORS } from "../../src/collectors/registry.ts";

test("collectors have names of their own, and say what they collect in half a sentence", () => {
  expect(new Set(COLLECTORS.map(({ name }) => name)).size).toBe(COLLECTORS.length);
  for (const { help } of COLLECTORS) expect(help).not.toMatch(/^(Collect|$)|\.$/);
});

test("those that describe what others gave come last", () => {
  const describes = COLLECTORS.map(({ describesOthers }) => describesOthers === true);
  expect(describes).toEqual(describes.toSorted((a, b) => Number(a) - Number(b)));
  expect(COLLECTORS.at(-1)!.name).toBe("users");
});

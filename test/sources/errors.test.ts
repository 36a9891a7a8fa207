import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import {
  BrokenSourceError,
  codeOf,
  explain,
  faultOf,
  isGone,
  isUnavailable,
} from "../../src/sources/errors.ts";

const withCode = (code: string) => Object.assign(new Error(code), { code });

test.each([
  ["ENOENT", "missing"],
  ["ENOTDIR", "missing"],
  ["ESRCH", "missing"],
  ["EACCES", "forbidden"],
  ["EPERM", "forbidden"],
  ["ELOOP", "broken"],
  ["EIO", "broken"],
  ["EMFILE", "broken"],
  ["EISDIR", "broken"],
] as const)("%s is %s", (code, fault) => {
  expect(faultOf(withCode(code))).toBe(fault);
  expect(isUnavailable(withCode(code))).toBe(fault !== "broken");
  expect(isGone(withCode(code))).toBe(fault === "missing");
});

test("what is no system error is broken", () => {
  for (const thrown of [new Error("x"), "ENOENT", undefined, { code: "ENOENT" }]) {
    expect(codeOf(thrown)).toBeUndefined();
    expect(faultOf(thrown)).toBe("broken");
  }
  expect(new BrokenSourceError("/etc/passwd", "is a FIFO").message).toBe("/etc/passwd: is a FIFO");
});

test("the system's own errors have a code", () => {
  let thrown: unknown;
  try {
    readFileSync("/nonexistent");
  } catch (error) {
    thrown = error;
  }
  expect(codeOf(thrown)).toBe("ENOENT");
});

test("a fault is explained without the system's code and call", () => {
  const system = (message: string, code: string) =>
    explain(Object.assign(new Error(message), { code }));
  expect(explain(new BrokenSourceError("/etc/passwd", "is a FIFO"))).toBe("is a FIFO");
  expect(explain(new Error("no such table"))).toBe("no such table");
  expect(system("ELOOP: too many links, open '/a, b'", "ELOOP")).toBe("too many links");
  expect(system("EIO: i/o error, read", "EIO")).toBe("i/o error");
  expect(explain("thrown")).toBe("thrown");
});

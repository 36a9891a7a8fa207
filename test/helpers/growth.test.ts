import { describe, expect, test } from "bun:test";
import { expectLinear, expectLinearText, patterns } from "./growth.ts";

describe("growth", () => {
  test("each byte, and each pair of what is special", () => {
    expect(patterns("")).toHaveLength(256);
    expect(patterns("ab").slice(256)).toEqual(["aa", "ab", "ba", "bb"]);
  });

  test("an expression that is quadratic is found", () => {
    const trim = (text: string) => text.replace(/\0+$/, "");
    expect(() => expectLinearText(trim, "\0", "Xvnc", "x")).toThrow(
      /^"Xvnc\\u0000.* times as long/,
    );
  });

  test("a loop in a loop is found", () => {
    const pairs = (list: number[]) => {
      let sum = 0;
      for (const a of list) for (const b of list) sum += a ^ b;
      return sum;
    };
    const make = (bytes: number) => Array.from({ length: bytes }, (_, i) => i);
    expect(() => expectLinear("pairs", make, pairs, 256)).toThrow(/^pairs: 16 times/);
  });

  test("one loop is none", () => {
    expectLinearText((text) => text.split("\0").map(Number), "\0 ");
  });
});

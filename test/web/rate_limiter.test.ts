import { describe, expect, test } from "bun:test";
import { RateLimiter } from "../../src/web/rate_limiter.ts";

describe("RateLimiter", () => {
  test("lets a burst pass, and then one each interval", () => {
    let nowMs = 0;
    const limiter = new RateLimiter({ intervalMs: 100, burst: 3 }, () => nowMs);
    const passed = () => {
      let count = 0;
      while (limiter.allows()) count++;
      return count;
    };
    expect(passed()).toBe(3);
    nowMs = 99;
    expect(passed()).toBe(0);
    nowMs = 100;
    expect(passed()).toBe(1);
    nowMs = 350;
    expect(passed()).toBe(2);
    nowMs = 400;
    expect(passed()).toBe(1);
    nowMs = 1e9;
    expect(passed()).toBe(3);
  });

  test("a burst of 0 lets nothing pass, as in the toolkit", () => {
    let nowMs = 0;
    const limiter = new RateLimiter({ intervalMs: 1, burst: 0 }, () => nowMs);
    nowMs = 1e6;
    expect(limiter.allows()).toBe(false);
  });
});

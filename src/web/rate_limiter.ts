import type { RateLimit } from "./config/http.ts";

/**
 * A token bucket: it holds up to `burst` tokens, gains one each interval, and each request takes one. It starts full.
 * https://pkg.go.dev/golang.org/x/time/rate
 */
export class RateLimiter {
  private tokens: number;
  private lastMs: number;

  /** @param nowMs a clock that only goes forward */
  constructor(
    private readonly limit: RateLimit,
    private readonly nowMs: () => number,
  ) {
    this.tokens = limit.burst;
    this.lastMs = nowMs();
  }

  /** Whether one more request may pass now. */
  allows(): boolean {
    const nowMs = this.nowMs();
    const gained = (nowMs - this.lastMs) / this.limit.intervalMs;
    this.tokens = Math.min(this.limit.burst, this.tokens + gained);
    this.lastMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}

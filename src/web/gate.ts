import { plain } from "./answer.ts";
import type { WebConfig } from "./config/web_config.ts";
import { Passwords } from "./passwords.ts";
import { RateLimiter } from "./rate_limiter.ts";

/**
 * Delay of the answer to a password that finds the queue full, so that a flood of guesses takes no time from scrapes;
 * and the most such answers delayed at once, since each counts as unanswered.
 */
const REFUSAL_DELAY_MS = 1_000;
export const MAX_HELD_REFUSALS = 64;

/** Checks every request against the web config file: rate limit and password. */
export class Gate {
  private heldRefusals = 0;
  private limiter: RateLimiter | undefined;
  private limitText = "";

  constructor(
    private readonly passwords = new Passwords(),
    private readonly sleep: (ms: number) => Promise<void> = Bun.sleep,
  ) {}

  /** @returns the refusal; undefined for a request that may pass */
  async refusal(config: WebConfig, request: Request, from: string): Promise<Response | undefined> {
    const limiter = this.limiterOf(config);
    if (limiter && !limiter.allows()) {
      return plain("Too Many Requests\n", 429, { "Retry-After": "1" });
    }
    if (config.users.size === 0) return undefined;
    const { users } = config;
    const verdict = await this.passwords.check(users, request.headers.get("authorization"), from);
    if (verdict === "right") return undefined;
    if (verdict === "busy") {
      await this.holdRefusal();
      return plain("Too many passwords are being checked.\n", 503, { "Retry-After": "5" });
    }
    return plain("Unauthorized\n", 401, { "WWW-Authenticate": "Basic" });
  }

  private async holdRefusal(): Promise<void> {
    if (this.heldRefusals >= MAX_HELD_REFUSALS) return;
    this.heldRefusals++;
    await this.sleep(REFUSAL_DELAY_MS);
    this.heldRefusals--;
  }

  /** A changed limit starts with a full bucket; an unchanged one continues. */
  private limiterOf({ rateLimit }: WebConfig): RateLimiter | undefined {
    const text = JSON.stringify(rateLimit ?? null);
    if (text !== this.limitText) {
      this.limitText = text;
      this.limiter = rateLimit && new RateLimiter(rateLimit, () => performance.now());
    }
    return this.limiter;
  }
}

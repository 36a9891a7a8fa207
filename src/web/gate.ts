import { plain } from "./answer.ts";
import type { WebConfig } from "./config/web_config.ts";
import { Passwords } from "./passwords.ts";
import { RateLimiter } from "./rate_limiter.ts";

/** What every request has to pass where a web config file is given, whatever it asks for. */
export class Gate {
  private readonly passwords = new Passwords();
  private limiter: RateLimiter | undefined;
  private limitText = "";

  /** @returns the refusal, or undefined for a request that may pass */
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
      return plain("Too many passwords are being checked.\n", 503, { "Retry-After": "5" });
    }
    return plain("Unauthorized\n", 401, { "WWW-Authenticate": "Basic" });
  }

  /** A changed limit begins anew; one that is read again unchanged goes on. */
  private limiterOf({ rateLimit }: WebConfig): RateLimiter | undefined {
    const text = JSON.stringify(rateLimit ?? null);
    if (text !== this.limitText) {
      this.limitText = text;
      this.limiter = rateLimit && new RateLimiter(rateLimit, () => performance.now());
    }
    return this.limiter;
  }
}

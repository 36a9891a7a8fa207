import { type Family, byLabel, gauge } from "../metrics/metric.ts";
import type { Scrape } from "./runtime/snapshot.ts";

const LAST_LOGIN = gauge(
  "last_login_timestamp_seconds",
  "When the user last logged in, by any record of the host.",
  "username",
);

export const lastLoginCollector = {
  name: "lastlogin",
  help: "when each user last logged in",

  async collect(scrape: Scrape): Promise<Family[]> {
    const { lastLogins, optional } = scrape.host;
    const newest = await lastLogins.read(await scrape.accounts(), optional);
    for (const { user, startSeconds = 0 } of await scrape.sessions()) {
      if (startSeconds > (newest.get(user) ?? 0)) newest.set(user, startSeconds);
    }
    return [
      byLabel(
        LAST_LOGIN,
        [...newest].filter(([user]) => !scrape.isExcluded(user)),
      ),
    ];
  },
};

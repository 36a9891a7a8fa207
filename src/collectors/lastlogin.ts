import { type Family, byLabel, gauge } from "../metrics/metric.ts";
import type { Snapshot } from "./runtime/snapshot.ts";

const LAST_LOGIN = gauge(
  "last_login_timestamp_seconds",
  "When the user last logged in, by any record of the host.",
  "username",
);

export const lastLoginCollector = {
  name: "lastlogin",
  help: "when each user last logged in",

  async collect(snapshot: Snapshot): Promise<Family[]> {
    const { lastLogins, optional } = snapshot.host;
    const newest = await lastLogins.read(await snapshot.accounts(), optional);
    for (const { user, startSeconds = 0 } of await snapshot.sessions()) {
      if (startSeconds > (newest.get(user) ?? 0)) newest.set(user, startSeconds);
    }
    return [
      byLabel(
        LAST_LOGIN,
        [...newest].filter(([user]) => !snapshot.isExcluded(user)),
      ),
    ];
  },
};

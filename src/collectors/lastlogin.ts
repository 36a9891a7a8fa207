import { type Family, byLabel, gauge, newest } from "../metrics/metric.ts";
import type { Snapshot } from "./runtime/snapshot.ts";

export const LAST_LOGIN = newest(
  gauge(
    "last_login_timestamp_seconds",
    "When the user last logged in, by any record of the host.",
    "username",
  ),
);

export const lastLoginCollector = {
  name: "lastlogin",
  help: "when each user last logged in",

  async collect(snapshot: Snapshot): Promise<Family[]> {
    const { lastLogins, optional } = snapshot.host;
    // First, since sessions supply the names of directory users.
    const sessions = await snapshot.sessions();
    const { byUid } = await snapshot.usage();
    const byUser = await lastLogins.read(
      await snapshot.accounts(),
      byUid.keys(),
      optional,
      snapshot.settings.users.max,
    );
    for (const { user, startSeconds = 0 } of sessions) {
      if (startSeconds > (byUser.get(user) ?? 0)) byUser.set(user, startSeconds);
    }
    return [byLabel(LAST_LOGIN, byUser)];
  },
};

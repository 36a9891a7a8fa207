import { type Family, byLabel, gauge, single } from "../metrics/metric.ts";
import { countUserSessions } from "../model/sessions/logind_sessions.ts";
import { countLingeringUsers } from "../sources/logins/logind.ts";
import type { Snapshot } from "./runtime/snapshot.ts";

export const LOGIND_SESSIONS = gauge(
  "logind_sessions",
  "Sessions of users that systemd-logind lists, by state; closing ones that pile up are a known leak.",
  "state",
);
export const LINGERING_USERS = gauge(
  "lingering_users",
  "Users whose service manager runs without a login.",
);

export const logindCollector = {
  name: "logind",
  help: "what systemd-logind keeps: sessions by state, lingering users",

  /** No metrics where logind does not run: lingering then has no effect. */
  async collect(snapshot: Snapshot): Promise<Family[]> {
    const { logind } = (await snapshot.hostIndex()).records;
    if (!logind) return [];
    const { optional, root } = snapshot.host;
    const lingering = await optional("logind", async () => countLingeringUsers(root));
    return [
      byLabel(LOGIND_SESSIONS, countUserSessions(logind)),
      single(LINGERING_USERS, lingering),
    ];
  },
};

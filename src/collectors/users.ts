import type { Accounts } from "../model/accounts.ts";
import { OTHER_USER } from "../model/auth/user_counts.ts";
import { type Family, family, gauge } from "../metrics/metric.ts";
import type { Snapshot } from "./runtime/snapshot.ts";

export const USER_INFO = gauge(
  "user_info",
  "Who a user is that other series name; the value is always 1.",
  "username",
  "real_name",
  "uid",
  "primary_group",
);

export const usersCollector = {
  name: "users",
  describesOthers: true as const,
  help: "real name, uid and group of the users that the other collectors name",

  async collect(snapshot: Snapshot, collected: readonly Family[]): Promise<Family[]> {
    return [userInfo(collected, await snapshot.accounts(), snapshot.host.realNames)];
  },
};

/** One series for each user in the labels of the other families. */
export function userInfo(
  families: readonly Family[],
  accounts: Accounts,
  showsRealNames = true,
): Family {
  const names = new Set<string>();
  for (const { definition, samples } of families) {
    if (!definition.labels.includes("username")) continue;
    for (const sample of samples) names.add(sample.labels["username"]!);
  }
  // `other` stands for many users, so it has no account.
  names.delete(OTHER_USER);
  const samples = [...names].sort().map((username) => {
    const { uid, realName, primaryGroup } = accounts.identity(username) ?? UNKNOWN;
    const labels = {
      username,
      real_name: showsRealNames ? realName : "",
      uid: String(uid),
      primary_group: primaryGroup,
    };
    return { labels, value: 1 };
  });
  return family(USER_INFO, samples);
}

const UNKNOWN = { uid: "", realName: "", primaryGroup: "" };

/**
 * `/var/lib/lastlog/lastlog2.db`: the last login of each user with 64-bit times, the successor of lastlog (lastlog2 in
 * util-linux, its liblastlog2/src/lastlog2.c): a SQLite table Lastlog2 with a row for each user. Time is in seconds.
 */
import type { Root } from "../root.ts";
import { READABLE_BY_ALL, type SourceInfo } from "../source.ts";
import { type Login, LoginTable, isLoginService } from "./login_table.ts";
import { SQLITE_FILE_LIMIT_BYTES } from "./sqlite_file.ts";

export const LASTLOG2 = {
  name: "lastlog2",
  paths: ["/var/lib/lastlog/lastlog2.db"],
  limitBytes: SQLITE_FILE_LIMIT_BYTES,
  verify: (root: Root) => lastlog2Table(root, () => Infinity).read(),
  lost: "last logins from before the exporter was started",
  whenMissing: "normal where libpam-lastlog2 is not installed",
  whenForbidden: READABLE_BY_ALL,
  whenBroken:
    "inspect it with lastlog2(8) and sqlite3; if you delete it, the next login creates a new one",
  replacedBy: ["lastlog", "wtmp", "wtmpdb"],
} as const satisfies SourceInfo;

export function lastlog2Table(root: Root, nowSeconds: () => number): LoginTable {
  const options = {
    table: "Lastlog2",
    columns: ["Name", "Time", "Service"],
    loginIn,
    rowsChange: true,
  };
  return new LoginTable(root.path(LASTLOG2.paths[0]), options, nowSeconds);
}

function loginIn([user, seconds, service]: readonly unknown[]): Login | undefined {
  if (typeof user !== "string" || typeof seconds !== "number") return undefined;
  return isLoginService(service) ? { user, seconds } : undefined;
}

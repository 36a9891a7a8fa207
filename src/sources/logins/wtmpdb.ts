/**
 * `/var/log/wtmp.db`, or `/var/lib/wtmpdb/wtmp.db`: every login with 64-bit times, the successor of wtmp (wtmpdb, its
 * lib/sqlite.c): a SQLite table wtmp to which logins are added. Times are in microseconds; a row of type 3 is a user's
 * login.
 */
import { isGone } from "../errors.ts";
import type { Root } from "../root.ts";
import { READABLE_BY_ALL, type SourceInfo } from "../source.ts";
import { type LastLogins, type Login, LoginTable, isLoginService } from "./login_table.ts";
import { SQLITE_FILE_LIMIT_BYTES } from "./sqlite_file.ts";

export const WTMPDB = {
  name: "wtmpdb",
  // Debian keeps it in /var/log, behind an absolute link that leads out of a mounted rootfs.
  paths: ["/var/log/wtmp.db", "/var/lib/wtmpdb/wtmp.db"],
  limitBytes: SQLITE_FILE_LIMIT_BYTES,
  verify: (root: Root) => new WtmpdbReader(root, () => Infinity).read(),
  lost: "last logins that lastlog does not have",
  whenMissing: "normal where libpam-wtmpdb is not installed",
  whenForbidden: READABLE_BY_ALL,
  whenBroken: "inspect it with wtmpdb(8) and sqlite3; wtmpdb rotate makes it smaller",
  replacedBy: ["lastlog", "lastlog2", "wtmp"],
} as const satisfies SourceInfo;

const USER_PROCESS = 3;

export class WtmpdbReader {
  private readonly tables: LoginTable[];

  constructor(root: Root, nowSeconds: () => number) {
    const columns = ["Type", "User", "Login", "Service"];
    const options = { table: "wtmp", columns, loginIn, rowsChange: false };
    this.tables = WTMPDB.paths.map((path) => new LoginTable(root.path(path), options, nowSeconds));
  }

  /** @throws the system's error, or BrokenSourceError, for the first path that exists */
  async read(): Promise<LastLogins> {
    const [first, second] = this.tables as [LoginTable, LoginTable];
    try {
      return await first.read();
    } catch (error) {
      if (!isGone(error)) throw error;
      return second.read();
    }
  }
}

function loginIn([type, user, micros, service]: readonly unknown[]): Login | undefined {
  if (type !== USER_PROCESS || typeof user !== "string" || typeof micros !== "number") {
    return undefined;
  }
  return isLoginService(service) ? { user, seconds: micros / 1e6 } : undefined;
}

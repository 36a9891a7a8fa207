/**
 * The SQLite files that take the place of lastlog and wtmp where 32-bit times are not wanted any more:
 * lastlog2 (util-linux, table Lastlog2, seconds) and wtmpdb (table wtmp, microseconds, type 3 is a user).
 */
import { Database } from "bun:sqlite";
import { CachedFile } from "../cached_file.ts";
import type { Root } from "../root.ts";

/** The writers hold their lock for a few milliseconds; a scrape does not wait for long. */
const BUSY_TIMEOUT_MS = 100;

/** The last login of each user name, in seconds since the epoch. */
export type LastLogins = Map<string, number>;

/** A reader of lastlog2's file. Reading throws SQLiteError when it is damaged or locked. */
export function lastlog2File(root: Root): CachedFile<LastLogins> {
  return new CachedFile(root.path("/var/lib/lastlog/lastlog2.db"), readLastlog2);
}

/**
 * Readers of the places where wtmpdb's file may be, best first. Debian keeps it in /var/log, behind an
 * absolute link that leads out of a mounted rootfs.
 */
export function wtmpdbFiles(root: Root): CachedFile<LastLogins>[] {
  return ["/var/log/wtmp.db", "/var/lib/wtmpdb/wtmp.db"].map(
    (path) => new CachedFile(root.path(path), readWtmpdb),
  );
}

/** @throws SQLiteError when the file is no such database, is locked, or can't be opened */
export function readLastlog2(path: string): LastLogins {
  const sql = "SELECT Name AS name, Time AS seconds FROM Lastlog2 WHERE Time > 0";
  return query(path, sql);
}

/** @throws SQLiteError when the file is no such database, is locked, or can't be opened */
export function readWtmpdb(path: string): LastLogins {
  const sql =
    "SELECT User AS name, MAX(Login) / 1e6 AS seconds FROM wtmp WHERE Type = 3 GROUP BY User";
  return query(path, sql);
}

function query(path: string, sql: string): LastLogins {
  const database = new Database(path, { readonly: true });
  try {
    database.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    const logins: LastLogins = new Map();
    // Debian's package makes the file; the first login makes the table in it.
    if (database.query("SELECT 1 FROM sqlite_master").get() === null) return logins;
    for (const row of database.query<{ name: unknown; seconds: unknown }, []>(sql).all()) {
      if (typeof row.name === "string" && typeof row.seconds === "number") {
        logins.set(row.name, row.seconds);
      }
    }
    return logins;
  } finally {
    database.close();
  }
}

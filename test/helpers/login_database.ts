import { Database } from "bun:sqlite";
import { TempTree } from "./temp_tree.ts";

/** The schema of wtmpdb, whose times are microseconds; type 3 is a user, 1 a boot. */
export const WTMPDB_SCHEMA =
  "CREATE TABLE wtmp(ID INTEGER PRIMARY KEY, Type INTEGER, User TEXT NOT NULL, Login INTEGER, " +
  "Logout INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT) STRICT";

/** The schema of util-linux's lastlog2, whose times are seconds. */
export const LASTLOG2_SCHEMA =
  "CREATE TABLE Lastlog2(Name TEXT PRIMARY KEY, Time INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT)";

/** A database in a tree of its own, with a connection that writes to it. */
export class LoginDatabase implements Disposable {
  readonly tree = new TempTree();
  readonly path: string;
  readonly writer: Database;

  /** @param place from the root, `/var/log/wtmp.db` say */
  constructor(place: string, ...statements: string[]) {
    this.path = this.tree.write(place, "");
    this.writer = new Database(this.path);
    for (const sql of statements) this.writer.run(sql);
  }

  [Symbol.dispose](): void {
    this.writer.close();
    this.tree[Symbol.dispose]();
  }
}

import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readdirSync, readlinkSync } from "node:fs";
import { dirname } from "node:path";
import { readLastlog2, readWtmpdb } from "../../../src/sources/logins/login_databases.ts";
import { asNobody, isLinux, isRoot } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

/** The schema of wtmpdb, whose times are microseconds; type 3 is a user, 1 a boot. */
const WTMPDB =
  "CREATE TABLE wtmp(ID INTEGER PRIMARY KEY, Type INTEGER, User TEXT NOT NULL, Login INTEGER, " +
  "Logout INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT) STRICT";

/** The schema of util-linux's lastlog2, whose times are seconds. */
const LASTLOG2 =
  "CREATE TABLE Lastlog2(Name TEXT PRIMARY KEY, Time INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT)";

class TempDatabase implements Disposable {
  private readonly tree = new TempTree();
  readonly path = `${this.tree.folder}/test.db`;
  readonly writer = new Database(this.path);

  constructor(schema: string, ...statements: string[]) {
    for (const sql of [schema, ...statements]) this.writer.run(sql);
  }

  [Symbol.dispose](): void {
    this.writer.close();
    this.tree[Symbol.dispose]();
  }
}

const insertLogin = (type: number, user: string, micros: bigint | string, logout = "NULL") =>
  `INSERT INTO wtmp(Type, User, Login, Logout, TTY) VALUES(${type}, '${user}', ${micros}, ${logout}, 'pts/0')`;

describe("readWtmpdb", () => {
  test("gives the newest login of each user, and no boots", () => {
    using database = new TempDatabase(
      WTMPDB,
      insertLogin(1, "reboot", 1_700_000_009_000_000n),
      insertLogin(3, "alice", 1_700_000_005_250_000n),
      insertLogin(3, "alice", 1_700_000_001_000_000n, "1700000002000000"),
      insertLogin(3, "bob", 1_600_000_000_000_000n),
      insertLogin(2, "runlevel", 1_600_000_000_000_000n),
    );
    const expected = new Map([
      ["alice", 1_700_000_005.25],
      ["bob", 1_600_000_000],
    ]);
    expect(readWtmpdb(database.path)).toEqual(expected);
  });

  test("a login without a time is passed over", () => {
    using database = new TempDatabase(WTMPDB, insertLogin(3, "alice", "NULL"));
    expect(readWtmpdb(database.path).size).toBe(0);
  });
});

describe("readLastlog2", () => {
  test("gives the time of each user who has one", () => {
    using database = new TempDatabase(
      LASTLOG2,
      "INSERT INTO Lastlog2(Name, Time) VALUES('alice', 1700000000), ('never', 0), ('null', NULL)",
      "INSERT INTO Lastlog2(Name, Time) VALUES('late', 5000000000), ('odd', 'text'), (NULL, 7)",
    );
    const expected = new Map([
      ["alice", 1_700_000_000],
      ["late", 5_000_000_000],
    ]);
    expect(readLastlog2(database.path)).toEqual(expected);
  });

  test("an older schema's file, or another database, is an error", () => {
    using database = new TempDatabase("CREATE TABLE other(x)");
    expect(() => readLastlog2(database.path)).toThrow("Lastlog2");
    expect(() => readWtmpdb(database.path)).toThrow("wtmp");
  });
});

test.each([readLastlog2, readWtmpdb])("%p: a file that is no database is an error", (read) => {
  using tree = new TempTree({ "/x.db": "no database at all, but longer than a header".repeat(9) });
  expect(() => read(`${tree.folder}/x.db`)).toThrow("not a database");
  expect(() => read(`${tree.folder}/missing.db`)).toThrow();
  expect(existsSync(`${tree.folder}/missing.db`)).toBe(false);
});

/** How often this process has a file open. */
function timesOpen(path: string): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false; // The listing's own.
    }
  }).length;
}

test.skipIf(!isLinux)("reading leaves no file open, and the writer can go on", () => {
  using database = new TempDatabase(LASTLOG2, "INSERT INTO Lastlog2(Name, Time) VALUES('a', 5)");
  const before = timesOpen(database.path);
  for (let i = 0; i < 50; i++) readLastlog2(database.path);
  expect(timesOpen(database.path)).toBe(before);
  database.writer.run("UPDATE Lastlog2 SET Time = 6");
  expect(readLastlog2(database.path)).toEqual(new Map([["a", 6]]));
});

test("a writer that keeps its lock costs a moment, not the scrape", () => {
  using database = new TempDatabase(LASTLOG2, "INSERT INTO Lastlog2(Name, Time) VALUES('a', 5)");
  database.writer.run("BEGIN EXCLUSIVE");
  const startMs = performance.now();
  expect(() => readLastlog2(database.path)).toThrow("locked");
  expect(performance.now() - startMs).toBeLessThan(1000);
  database.writer.run("COMMIT");
  expect(readLastlog2(database.path).size).toBe(1);
});

test.skipIf(!isRoot)("needs no right to write (needs root)", () => {
  using database = new TempDatabase(LASTLOG2, "INSERT INTO Lastlog2(Name, Time) VALUES('a', 5)");
  chmodSync(dirname(database.path), 0o755);
  const expression = `[...it.readLastlog2(${JSON.stringify(database.path)})]`;
  expect(asNobody("../../src/sources/logins/login_databases.ts", expression)).toEqual([["a", 5]]);
});

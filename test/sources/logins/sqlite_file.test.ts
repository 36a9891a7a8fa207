import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { BrokenSourceError, explain } from "../../../src/sources/errors.ts";
import { SqliteTable } from "../../../src/sources/logins/sqlite_file.ts";
import { LASTLOG2_SCHEMA, LoginDatabase } from "../../helpers/login_database.ts";
import { asNobody, isLinux, isRoot, output } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const TOP = Number.MAX_SAFE_INTEGER;
const ALICE = "INSERT INTO Lastlog2(Name, Time) VALUES('alice', 5)";

function read(path: string): unknown[] | undefined {
  using table = SqliteTable.open(path, "Lastlog2", ["Name", "Time"]);
  return table?.rowsBelow(TOP);
}

const database = (...statements: string[]) => new LoginDatabase("/x.db", ...statements);

/** What is wrong with a file, in words. */
function faultOf(path: string): string {
  try {
    read(path);
  } catch (error) {
    expect(error).toBeInstanceOf(BrokenSourceError);
    return explain(error);
  }
  throw new Error(`${path} was read`);
}

test("rows come in pieces, the newest first", () => {
  using file = database(LASTLOG2_SCHEMA);
  for (let i = 0; i < 600; i++)
    file.writer.run("INSERT INTO Lastlog2 VALUES(?, ?, '', '', '')", [`u${i}`, i]);
  using table = SqliteTable.open(file.path, "Lastlog2", ["Name", "Time"])!;
  const first = table.rowsBelow(TOP);
  expect(first[0]).toEqual([600, "u599", 599]);
  expect(first).toHaveLength(256);
  expect(table.rowsBelow(first.at(-1)![0])[0]![0]).toBe(344);
  expect(table.rowsBelow(2)).toEqual([[1, "u0", 0]]);
  expect(table.rowsBelow(1)).toEqual([]);
});

test("a file without a table, and an empty one, is none yet", () => {
  using empty = database();
  expect(read(empty.path)).toBeUndefined();
  using file = database("CREATE TABLE x(y)", "DROP TABLE x");
  expect(read(file.path)).toBeUndefined();
});

describe("what is refused", () => {
  test("a view, also one that would compute without end", () => {
    using file = database(
      `CREATE VIEW Lastlog2 AS WITH RECURSIVE c(Name, Time) AS
        (SELECT 'a', 1 UNION ALL SELECT Name, Time + 1 FROM c) SELECT Name, Time FROM c`,
    );
    expect(faultOf(file.path)).toBe("has no table Lastlog2");
  });

  test.each([
    "CREATE TABLE Lastlog2(Name TEXT, Time INTEGER GENERATED ALWAYS AS (length(hex(zeroblob(9)))) VIRTUAL)",
    "CREATE TABLE Lastlog2(Name TEXT, Time INTEGER, x TEXT AS (Name) STORED)",
    "CREATE TABLE Lastlog2(Name TEXT, Time INTEGER, rowid TEXT)",
    "CREATE TABLE Lastlog2(Name TEXT, oid INTEGER, Time INTEGER)",
    "CREATE TABLE Lastlog2(Name TEXT, When_ INTEGER)",
    `CREATE TABLE Lastlog2(Name TEXT, Time INTEGER, "a"" OR ""b" TEXT)`,
    `CREATE TABLE Lastlog2(Name, Time, ${Array.from({ length: 40 }, (_, i) => `c${i}`).join(", ")})`,
  ])("other columns: %s", (schema) => {
    using file = database(schema);
    expect(faultOf(file.path)).toBe("has unknown columns in the table Lastlog2");
  });

  test("a table without rowids, and a virtual one", () => {
    using without = database(
      "CREATE TABLE Lastlog2(Name TEXT PRIMARY KEY, Time INTEGER) WITHOUT ROWID",
    );
    expect(faultOf(without.path)).toContain("rowid");
    using virtual = database("CREATE VIRTUAL TABLE Lastlog2 USING fts5(Name, Time)");
    expect(faultOf(virtual.path)).toBe("has no table Lastlog2");
  });

  test("a schema that is more than a page", () => {
    using many = database(LASTLOG2_SCHEMA);
    for (let i = 0; i < 40; i++) many.writer.run(`CREATE VIEW v${i} AS SELECT 1`);
    expect(faultOf(many.path)).toBe("has a schema that is larger than expected");
    using long = database(`CREATE VIEW v AS SELECT '${"x".repeat(1_000_000)}'`);
    expect(faultOf(long.path)).toBe("has a schema that is larger than expected");
  });

  test("no database, half a one, and 20 GB of nothing", () => {
    using tree = new TempTree({ "/x.db": "no database, but longer than a header".repeat(20) });
    const path = `${tree.folder}/x.db`;
    expect(faultOf(path)).toBe("is not an SQLite database");
    writeFileSync(path, "SQLite format 3\0");
    expect(faultOf(path)).toBe("is not an SQLite database");
    truncateSync(path, 20e9);
    expect(faultOf(path)).toContain("bytes long");
    expect(() => read(`${tree.folder}/missing.db`)).toThrow("ENOENT");
  });

  test("a file whose pages are damaged", () => {
    using file = database(LASTLOG2_SCHEMA, ALICE);
    const bytes = readFileSync(file.path);
    // The page that the table begins with.
    bytes.fill(0xff, 4096, 4096 + 64);
    writeFileSync(file.path, bytes);
    expect(faultOf(file.path)).toContain("malformed");
  });

  test("a lock that is held, at once", () => {
    using file = database(LASTLOG2_SCHEMA, ALICE);
    file.writer.run("BEGIN EXCLUSIVE");
    expect(faultOf(file.path)).toBe("is locked by a writer");
    file.writer.run("COMMIT");
    expect(read(file.path)).toHaveLength(1);
  });

  test("a FIFO, a folder or 20 GB in place of a journal, which SQLite opens by itself", () => {
    using file = database(LASTLOG2_SCHEMA, ALICE);
    for (const suffix of ["-wal", "-journal"]) {
      const beside = file.path + suffix;
      output("mkfifo", beside);
      expect(faultOf(file.path)).toEndWith(", want a regular file");
      output("rm", beside);
      mkdirSync(beside);
      expect(faultOf(file.path)).toEndWith(", want a regular file");
      output("rmdir", beside);
      writeFileSync(beside, "");
      truncateSync(beside, 20e9);
      expect(faultOf(file.path)).toContain("bytes long");
      output("rm", beside);
    }
    expect(read(file.path)).toHaveLength(1);
  });
});

test("a long value costs its row only, and is not read", () => {
  using file = database(
    LASTLOG2_SCHEMA,
    ALICE,
    "INSERT INTO Lastlog2(Name, Time) VALUES(printf('%.10000000c', 'x'), 7)",
    "INSERT INTO Lastlog2(Name, Time, TTY) VALUES('bob', 8, zeroblob(10000000))",
    "INSERT INTO Lastlog2(Name, Time) VALUES('carol', 9)",
  );
  const before = process.memoryUsage.rss();
  expect(read(file.path)).toEqual([
    [4, "carol", 9],
    [3, null, null],
    [2, null, null],
    [1, "alice", 5],
  ]);
  expect(process.memoryUsage.rss() - before).toBeLessThan(16 * 1024 * 1024);
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

test.skipIf(!isLinux)("leaves no file open, and the writer can go on", () => {
  using file = database(LASTLOG2_SCHEMA, ALICE);
  using other = database("CREATE TABLE other(x)");
  const before = timesOpen(file.path);
  const others = timesOpen(other.path);
  for (let i = 0; i < 50; i++) {
    read(file.path);
    expect(() => read(other.path)).toThrow("Lastlog2");
  }
  expect(timesOpen(file.path)).toBe(before);
  expect(timesOpen(other.path)).toBe(others);
  file.writer.run("UPDATE Lastlog2 SET Time = 6");
  expect(read(file.path)).toEqual([[1, "alice", 6]]);
});

test("a write-ahead log is read with its database", () => {
  using file = database("PRAGMA journal_mode = WAL", LASTLOG2_SCHEMA, ALICE);
  expect(read(file.path)).toEqual([[1, "alice", 5]]);
});

test.skipIf(!isRoot)("needs no right to write (needs root)", () => {
  using file = database(LASTLOG2_SCHEMA, ALICE);
  chmodSync(dirname(file.path), 0o755);
  const path = JSON.stringify(file.path);
  const expression = `it.SqliteTable.open(${path}, "Lastlog2", ["Name"]).rowsBelow(9)`;
  expect(asNobody("../../src/sources/logins/sqlite_file.ts", expression)).toEqual([[1, "alice"]]);
});

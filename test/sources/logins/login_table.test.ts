import { describe, expect, test } from "bun:test";
import { statSync, truncateSync } from "node:fs";
import { lastlog2Table } from "../../../src/sources/logins/lastlog2.ts";
import { LoginTable, MAX_NAME_BYTES, MAX_USERS } from "../../../src/sources/logins/login_table.ts";
import { PIECE_ROWS, SQLITE_FILE_LIMIT_BYTES } from "../../../src/sources/logins/sqlite_file.ts";
import { LASTLOG2_SCHEMA, LoginDatabase } from "../../helpers/login_database.ts";

const LASTLOG2 = "/var/lib/lastlog/lastlog2.db";
const NOW_SECONDS = 2_000_000_000;

const insert = (from: number, to: number, remoteHost = "NULL") =>
  `INSERT INTO Lastlog2(Name, Time, RemoteHost) WITH RECURSIVE n(i) AS
    (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) SELECT 'u' || i, i, ${remoteHost} FROM n`;

/** A table whose rows are only added, that a clock of the test's gives time for one piece at a time. */
function slowTable(database: LoginDatabase, rowsChange: boolean, pieceMs = 1000): LoginTable {
  let ms = 0;
  const loginIn = ([user, seconds]: readonly unknown[]) => ({
    user: user as string,
    seconds: seconds as number,
  });
  const options = { table: "Lastlog2", columns: ["Name", "Time"], loginIn, rowsChange };
  return new LoginTable(
    database.path,
    options,
    () => NOW_SECONDS,
    () => (ms += pieceMs),
  );
}

describe("a table that takes several collections", () => {
  test("gives its newest rows first, and all in the end", async () => {
    using database = new LoginDatabase(LASTLOG2, LASTLOG2_SCHEMA, insert(1, 1000));
    const table = slowTable(database, false);
    expect([...(await table.read()).keys()].slice(0, 2)).toEqual(["u1000", "u999"]);
    const sizes = [];
    for (let i = 0; i < 5; i++) sizes.push((await table.read()).size);
    expect(sizes).toEqual([512, 768, 1000, 1000, 1000]);
  });

  test("takes rows that are added meanwhile at once", async () => {
    using database = new LoginDatabase(LASTLOG2, LASTLOG2_SCHEMA, insert(1, 1000));
    const table = slowTable(database, false);
    await table.read();
    database.writer.run(insert(2000, 2300));
    expect((await table.read()).get("u2300")).toBe(2300);
    for (let i = 0; i < 5; i++) await table.read();
    expect((await table.read()).size).toBe(1301);
  });

  test("reads a flood of new rows in several collections, too, the newest first", async () => {
    using database = new LoginDatabase(LASTLOG2, LASTLOG2_SCHEMA, insert(1, 300));
    const table = slowTable(database, false);
    for (let i = 0; i < 3; i++) await table.read();
    database.writer.run(insert(1000, 1999));
    const sizes = [];
    for (let i = 0; i < 7; i++) sizes.push((await table.read()).size);
    expect(sizes).toEqual([556, 812, 1068, 1300, 1300, 1300, 1300]);
    expect((await table.read()).get("u1000")).toBe(1000);
  });

  test("whose rows change is replaced as a whole when it is read to the end", async () => {
    using database = new LoginDatabase(LASTLOG2, LASTLOG2_SCHEMA, insert(1, 600));
    const table = slowTable(database, true);
    for (let i = 0; i < 3; i++) await table.read();
    expect((await table.read()).size).toBe(600);
    database.writer.run("DELETE FROM Lastlog2 WHERE Time <= 100");
    database.writer.run("UPDATE Lastlog2 SET Time = 7000 WHERE Name = 'u150'");
    expect((await table.read()).get("u1")).toBe(1);
    for (let i = 0; i < 3; i++) await table.read();
    const logins = await table.read();
    expect([logins.size, logins.get("u150"), logins.get("u1")]).toEqual([500, 7000, undefined]);
  });
});

test("a collection takes 150 ms of a file of 64 MiB, and the next ones the rest", async () => {
  const rows = 60_000;
  using database = new LoginDatabase(
    LASTLOG2,
    "PRAGMA journal_mode = OFF",
    LASTLOG2_SCHEMA,
    insert(1, rows, "hex(zeroblob(480))"),
  );
  const { size } = statSync(database.path);
  expect(size).toBeGreaterThan(SQLITE_FILE_LIMIT_BYTES * 0.9);
  expect(size).toBeLessThanOrEqual(SQLITE_FILE_LIMIT_BYTES);
  truncateSync(database.path, SQLITE_FILE_LIMIT_BYTES);
  // Each look at the clock is a millisecond, and there is one after each piece.
  const table = slowTable(database, false, 1);
  expect((await table.read()).size).toBe(150 * PIECE_ROWS);
  expect((await table.read()).size).toBe(rows);
  truncateSync(database.path, SQLITE_FILE_LIMIT_BYTES + 1);
  await expect(table.read()).rejects.toThrow("is 67108865 bytes long, want 67108864 at most");
});

test("names of more users than a host has break the source, and names that are too long are none", async () => {
  using database = new LoginDatabase(
    LASTLOG2,
    LASTLOG2_SCHEMA,
    insert(1, MAX_USERS - 1),
    `INSERT INTO Lastlog2(Name, Time) VALUES ('${"é".repeat(MAX_NAME_BYTES / 2)}x', 5)`,
  );
  const table = lastlog2Table(database.tree.root, () => NOW_SECONDS);
  let size = 0;
  for (let i = 0; i < 100 && size < MAX_USERS - 1; i++) size = (await table.read()).size;
  expect(size).toBe(MAX_USERS - 1);
  database.writer.run(insert(100_000, 100_001));
  const all = async () => {
    for (let i = 0; i < 100; i++) await table.read();
  };
  await expect(all()).rejects.toThrow("has more than 65536 users");
});

test("users that were known from rows that are gone count, until the table is another", async () => {
  using database = new LoginDatabase(LASTLOG2, LASTLOG2_SCHEMA, insert(1, MAX_USERS));
  const table = slowTable(database, false, 0);
  expect((await table.read()).size).toBe(MAX_USERS);
  database.writer.run("DELETE FROM Lastlog2");
  database.writer.run(insert(100_000, 100_100));
  // The rowids begin anew.
  expect((await table.read()).size).toBe(101);
  database.writer.run(insert(200_000, 200_000 + MAX_USERS));
  await expect(table.read()).rejects.toThrow("has more than 65536 users");
  await expect(table.read()).rejects.toThrow("has more than 65536 users");
});

test("a table that has not changed is not opened", async () => {
  using database = new LoginDatabase(LASTLOG2, LASTLOG2_SCHEMA, insert(1, 3));
  const table = lastlog2Table(database.tree.root, () => NOW_SECONDS);
  const first = await table.read();
  // A file that can't be opened now would show.
  database.writer.run("BEGIN EXCLUSIVE");
  expect(await table.read()).toBe(first);
  database.writer.run("COMMIT");
});

test("rows whose ids begin anew are read again", async () => {
  using database = new LoginDatabase(LASTLOG2, LASTLOG2_SCHEMA, insert(1, 10));
  const table = slowTable(database, false);
  await table.read();
  database.writer.run("DELETE FROM Lastlog2");
  database.writer.run(insert(500, 502));
  const logins = await table.read();
  expect([logins.get("u500"), logins.get("u502"), logins.get("u1")]).toEqual([500, 502, 1]);
});

test("rows of a write-ahead log are seen, though the file itself has not changed", async () => {
  using database = new LoginDatabase(
    LASTLOG2,
    "PRAGMA journal_mode = WAL",
    LASTLOG2_SCHEMA,
    insert(1, 1),
  );
  const table = lastlog2Table(database.tree.root, () => NOW_SECONDS);
  expect((await table.read()).size).toBe(1);
  database.writer.run(insert(2, 2));
  expect((await table.read()).size).toBe(2);
});

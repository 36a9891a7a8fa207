import { expect, test } from "bun:test";
import { LASTLOG2, lastlog2Table } from "../../../src/sources/logins/lastlog2.ts";
import { LASTLOG2_SCHEMA, LoginDatabase } from "../../helpers/login_database.ts";

const NOW_SECONDS = 5_000_000_000;

async function read(...statements: string[]): Promise<Record<string, number>> {
  using database = new LoginDatabase(LASTLOG2.paths[0], ...statements);
  return Object.fromEntries(await lastlog2Table(database.tree.root, () => NOW_SECONDS).read());
}

test("gives the time of each user who has one", async () => {
  const logins = await read(
    LASTLOG2_SCHEMA,
    "INSERT INTO Lastlog2(Name, Time) VALUES('alice', 1700000000), ('never', 0), ('null', NULL)",
    "INSERT INTO Lastlog2(Name, Time) VALUES('late', 5000000000), ('odd', 'text'), (NULL, 7), ('', 8)",
    "INSERT INTO Lastlog2(Name, Time) VALUES('before', -1), ('future', 5000000061)",
  );
  expect(logins).toEqual({ alice: 1_700_000_000, late: 5_000_000_000 });
});

test("who became a user by su or cron has not logged in", async () => {
  const logins = await read(
    LASTLOG2_SCHEMA,
    "INSERT INTO Lastlog2(Name, Time, Service) VALUES('a', 1, 'sshd'), ('b', 2, 'su-l'), ('c', 3, 'cron')",
  );
  expect(logins).toEqual({ a: 1 });
});

test("another database is broken, an empty file has no logins", async () => {
  await expect(read("CREATE TABLE other(x)")).rejects.toThrow("has no table Lastlog2");
  expect(await read()).toEqual({});
});

test("the doctor reads it as a collection does", async () => {
  using database = new LoginDatabase(LASTLOG2.paths[0], "CREATE VIEW Lastlog2 AS SELECT 1 AS Name");
  await expect(LASTLOG2.verify(database.tree.root)).rejects.toThrow("has no table Lastlog2");
});

import { expect, test } from "bun:test";
import { WTMPDB, WtmpdbReader } from "../../../src/sources/logins/wtmpdb.ts";
import { LoginDatabase, WTMPDB_SCHEMA } from "../../helpers/login_database.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const NOW_SECONDS = 2_000_000_000;

const insert = (type: number, user: string, micros: bigint | string, service = "sshd") =>
  `INSERT INTO wtmp(Type, User, Login, TTY, Service) VALUES(${type}, '${user}', ${micros}, 'pts/0', '${service}')`;

const readerOf = (tree: TempTree) => new WtmpdbReader(tree.root, () => NOW_SECONDS);

async function read(...statements: string[]): Promise<Record<string, number>> {
  using database = new LoginDatabase(WTMPDB.paths[0], WTMPDB_SCHEMA, ...statements);
  return Object.fromEntries(await readerOf(database.tree).read());
}

test("gives the newest login of each user, and no boots", async () => {
  const logins = await read(
    insert(1, "reboot", 1_700_000_009_000_000n),
    insert(3, "alice", 1_700_000_005_250_000n),
    insert(3, "alice", 1_700_000_001_000_000n),
    insert(3, "bob", 1_600_000_000_000_000n),
    insert(2, "runlevel", 1_600_000_000_000_000n),
  );
  expect(logins).toEqual({ alice: 1_700_000_005.25, bob: 1_600_000_000 });
});

test("no time, a time of the future and su are no logins", async () => {
  const logins = await read(
    insert(3, "never", "NULL"),
    insert(3, "alice", 100_000_000n),
    insert(3, "alice", BigInt(NOW_SECONDS + 61) * 1_000_000n),
    insert(3, "bob", 100_000_000n),
    insert(3, "bob", 900_000_000n, "su"),
    insert(3, "odd", "9223372036854775807"),
  );
  expect(logins).toEqual({ alice: 100, bob: 100 });
});

test("of its two places the first where there is something is read", async () => {
  using database = new LoginDatabase(
    WTMPDB.paths[1],
    WTMPDB_SCHEMA,
    insert(3, "bob", 200_000_000n),
  );
  expect([...(await readerOf(database.tree).read())]).toEqual([["bob", 200]]);
  database.tree.write(WTMPDB.paths[0], "no database, but long enough to be looked at".repeat(20));
  await expect(readerOf(database.tree).read()).rejects.toThrow("is not an SQLite database");
  using tree = new TempTree();
  await expect(readerOf(tree).read()).rejects.toMatchObject({ code: "ENOENT" });
});

test("logins that are added are seen, and those that were deleted are kept", async () => {
  using database = new LoginDatabase(
    WTMPDB.paths[0],
    WTMPDB_SCHEMA,
    insert(3, "alice", 100_000_000n),
  );
  const reader = readerOf(database.tree);
  await reader.read();
  database.writer.run(insert(3, "bob", 200_000_000n));
  database.writer.run("DELETE FROM wtmp WHERE User = 'alice'");
  expect(Object.fromEntries(await reader.read())).toEqual({ alice: 100, bob: 200 });
});

import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { Accounts } from "../../src/model/accounts.ts";
import { LastLoginRecords, MOST_LAST_LOGINS, type Optional } from "../../src/model/last_logins.ts";
import { TempTree } from "../helpers/temp_tree.ts";
import { utmpRecord } from "../helpers/utmp_record.ts";

const PASSWD = "root:x:0:0:::\nalice:x:1:1:::\nbob:x:2:2:::\ncarol:x:3:3:::\ndave:x:4:4:::\n";

/** A host whose records are missing until a test writes them. */
class LoginHost extends TempTree {
  readonly missing: string[] = [];
  nowMs = 2_000_000_000_000;
  private readonly records = new LastLoginRecords(this.root, () => this.nowMs);
  readonly accounts = new Accounts(this.root, undefined);

  constructor() {
    super({ "/etc/passwd": PASSWD });
  }

  async read(...uids: number[]): Promise<Record<string, number>> {
    await this.accounts.refreshPasswd();
    const optional: Optional = (source, read) =>
      read().catch(() => {
        this.missing.push(source);
        return undefined;
      });
    return Object.fromEntries(await this.records.read(this.accounts, uids, optional));
  }

  writeLastlog(seconds: readonly number[]): void {
    const file = Buffer.alloc(292 * seconds.length);
    seconds.forEach((value, uid) => file.writeUInt32LE(value, uid * 292));
    this.write("/var/log/lastlog", file);
  }

  writeDatabase(path: string, statements: readonly string[]): void {
    mkdirSync(this.folder + path.slice(0, path.lastIndexOf("/")), { recursive: true });
    const database = new Database(this.folder + path);
    for (const sql of statements) database.run(sql);
    database.close();
  }

  writeWtmpdb(path: string, user: string, seconds: number): void {
    this.writeDatabase(path, [
      "CREATE TABLE IF NOT EXISTS wtmp(ID INTEGER PRIMARY KEY, Type INTEGER, User TEXT NOT NULL, " +
        "Login INTEGER, Logout INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT) STRICT",
      `INSERT INTO wtmp(Type, User, Login) VALUES(3, '${user}', ${seconds}000000)`,
    ]);
  }

  writeLastlog2(user: string, seconds: number): void {
    this.writeDatabase("/var/lib/lastlog/lastlog2.db", [
      "CREATE TABLE Lastlog2(Name TEXT PRIMARY KEY, Time INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT)",
      `INSERT INTO Lastlog2(Name, Time) VALUES('${user}', ${seconds})`,
    ]);
  }
}

describe("LastLoginRecords", () => {
  test("a host without any record has no last logins", async () => {
    using host = new LoginHost();
    expect(await host.read()).toEqual({});
    expect(host.missing.sort()).toEqual(["lastlog", "lastlog2", "wtmp", "wtmpdb"]);
  });

  test("each record is read by itself", async () => {
    using host = new LoginHost();
    host.writeLastlog([0, 100]);
    expect(await host.read()).toEqual({ alice: 100 });
    host.write("/var/log/wtmp", utmpRecord({ user: "bob", seconds: 200 }));
    expect(await host.read()).toEqual({ alice: 100, bob: 200 });
    host.writeLastlog2("carol", 300);
    expect(await host.read()).toEqual({ alice: 100, bob: 200, carol: 300 });
    host.writeWtmpdb("/var/lib/wtmpdb/wtmp.db", "dave", 400);
    expect(await host.read()).toEqual({ alice: 100, bob: 200, carol: 300, dave: 400 });
  });

  test.each([
    [[40, 10, 20, 30], 40],
    [[10, 40, 20, 30], 40],
    [[10, 20, 40, 30], 40],
    [[10, 20, 30, 40], 40],
  ])("of lastlog, wtmp, lastlog2 and wtmpdb %p the newest wins", async (times, newest) => {
    using host = new LoginHost();
    const [lastlog, wtmp, lastlog2, wtmpdb] = times as [number, number, number, number];
    host.writeLastlog([0, lastlog]);
    host.write("/var/log/wtmp", utmpRecord({ user: "alice", seconds: wtmp }));
    host.writeLastlog2("alice", lastlog2);
    host.writeWtmpdb("/var/log/wtmp.db", "alice", wtmpdb);
    expect(await host.read()).toEqual({ alice: newest });
  });

  test("the databases are read again when they have changed", async () => {
    using host = new LoginHost();
    host.writeWtmpdb("/var/log/wtmp.db", "alice", 100);
    expect(await host.read()).toEqual({ alice: 100 });
    host.writeWtmpdb("/var/log/wtmp.db", "alice", 150);
    expect(await host.read()).toEqual({ alice: 150 });
  });

  test("users who have no account any more are left out", async () => {
    using host = new LoginHost();
    host.writeLastlog([0, 100, 0, 0, 0, 0, 600]);
    host.write("/var/log/wtmp", utmpRecord({ user: "deleted", seconds: 200 }));
    host.writeLastlog2("deleted2", 300);
    expect(await host.read()).toEqual({ alice: 100 });
  });

  test("of Debian's two places for wtmpdb the first that exists is read", async () => {
    using host = new LoginHost();
    host.writeWtmpdb("/var/log/wtmp.db", "alice", 100);
    host.writeWtmpdb("/var/lib/wtmpdb/wtmp.db", "bob", 200);
    expect(await host.read()).toEqual({ alice: 100 });
  });

  test("a broken database costs its own logins only, and is reported", async () => {
    using host = new LoginHost();
    host.writeLastlog([0, 100]);
    host.write("/var/log/wtmp.db", "no database, but long enough to be looked at".repeat(5));
    host.writeWtmpdb("/var/lib/wtmpdb/wtmp.db", "bob", 200);
    expect(await host.read()).toEqual({ alice: 100 });
    expect(host.missing).toContain("wtmpdb");
  });

  test("users of a directory count by their uid, however large, with a name or without", async () => {
    using host = new LoginHost();
    host.write("/var/log/lastlog", "");
    const record = Buffer.alloc(292);
    const fd = openSync(`${host.folder}/var/log/lastlog`, "r+");
    for (const uid of [70_000, 2_147_483_649]) {
      record.writeUInt32LE(uid === 70_000 ? 100 : 200);
      writeSync(fd, record, 0, 292, uid * 292);
    }
    closeSync(fd);
    host.accounts.learn(70_000, "EXAMPLE\\nancy");
    expect(await host.read()).toEqual({ "EXAMPLE\\nancy": 100 });
    expect(await host.read(2_147_483_649)).toEqual({ "EXAMPLE\\nancy": 100, "2147483649": 200 });
  });

  test("a record of the future is no login in any of them, and hides none of the past", async () => {
    using host = new LoginHost();
    const [past, future] = [1_900_000_000, 2_100_000_000];
    host.writeLastlog([0, 0, 0, 0, future]);
    host.write(
      "/var/log/wtmp",
      Buffer.concat([
        utmpRecord({ user: "alice", seconds: past }),
        utmpRecord({ user: "alice", seconds: future }),
      ]),
    );
    host.writeLastlog2("carol", future);
    host.writeWtmpdb("/var/log/wtmp.db", "bob", past);
    host.writeWtmpdb("/var/log/wtmp.db", "bob", future);
    expect(await host.read()).toEqual({ alice: past, bob: past });
    expect(host.missing).toEqual([]);
  });

  test("a name longer than wtmp has room for is the account's that it fits", async () => {
    using host = new LoginHost();
    const name = "9c7d73a0-ef7e-45bc-a314-947ec6ab00e6";
    host.write("/etc/passwd", `${PASSWD}${name}:x:9:9:::\n`);
    host.write("/var/log/wtmp", utmpRecord({ user: name.slice(0, 32), seconds: 100 }));
    expect(await host.read()).toEqual({ [name]: 100 });
  });
});

test("of more users than anybody looks at, those who logged in last are told", async () => {
  using host = new LoginHost();
  const users = 2 * MOST_LAST_LOGINS;
  const lines = Array.from({ length: users }, (_, uid) => `u${uid}:x:${uid}:1:::`);
  host.write("/etc/passwd", `${lines.join("\n")}\n`);
  host.writeLastlog(Array.from({ length: users }, (_, uid) => 1_000_000_000 + uid));
  const told = Object.keys(await host.read());
  expect(told).toHaveLength(MOST_LAST_LOGINS);
  expect(told).toContain(`u${users - 1}`);
  expect(told).not.toContain("u0");
});

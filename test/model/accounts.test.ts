import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, unlinkSync } from "node:fs";
import { Accounts } from "../../src/model/accounts.ts";
import { Getent } from "../../src/sources/accounts/getent.ts";
import { TempTree } from "../helpers/temp_tree.ts";

const PASSWD = `root:x:0:0:root:/root:/bin/sh
alice:x:1000:100:Alice Liddell,,,:/home/alice:/bin/sh
nogroup:x:1001:999::/:
`;
const GROUP = "root:x:0:\nusers:x:100:alice\n";

/** The accounts of a tree, with a getent that knows one user and one group of a directory. */
async function accountsOf(tree: TempTree, directory: Record<string, string> = {}) {
  const getent = new Getent(
    () => 0,
    async (database, key) => directory[`${database} ${key}`],
    async () => {},
  );
  const accounts = new Accounts(tree.root, getent);
  await accounts.refreshPasswd();
  await accounts.refreshGroup();
  return accounts;
}

const tree = () => new TempTree({ "/etc/passwd": PASSWD, "/etc/group": GROUP });

test("where getent is not asked, the files of other name services name users and groups", async () => {
  using files = new TempTree({
    "/etc/passwd": PASSWD,
    "/etc/group": GROUP,
    "/var/lib/extrausers/passwd": "erin:x:20001:20001:Erin Example,,,::\nother:x:1000:1::/:\n",
    "/var/lib/extrausers/group": "erin:x:20001:\n",
    "/etc/userdb/frank.user": '{"userName":"frank","uid":60042,"gid":100,"realName":"Frank"}',
  });
  const accounts = new Accounts(files.root, undefined);
  await accounts.refreshPasswd();
  await accounts.refreshGroup();
  expect([20_001, 60_042, 1000].map((uid) => accounts.nameOf(uid))).toEqual([
    "erin",
    "frank",
    "alice",
  ]);
  expect(accounts.identity("erin")).toEqual({
    uid: 20_001,
    realName: "Erin Example",
    primaryGroup: "erin",
  });
  expect(accounts.identity("frank")?.primaryGroup).toBe("users");
  expect(accounts.knownUids()).toContain(60_042);
  unlinkSync(files.root.path("/etc/passwd"));
  await expect(accounts.refreshPasswd()).rejects.toThrow("ENOENT");
  expect(accounts.nameOf(20_001)).toBe("erin");
  expect(accounts.nameOf(1000)).toBe("other");
});

describe("local accounts", () => {
  test("names and uids both ways", async () => {
    using files = tree();
    const accounts = await accountsOf(files);
    expect([accounts.nameOf(0), accounts.nameOf(1000)]).toEqual(["root", "alice"]);
    expect([accounts.uidOf("root"), accounts.uidOf("alice")]).toEqual([0, 1000]);
    expect([...accounts.knownUids()]).toEqual([0, 1000, 1001]);
  });

  test("identities with real name and primary group, empty where there is none", async () => {
    using files = tree();
    const accounts = await accountsOf(files);
    const alice = { uid: 1000, realName: "Alice Liddell", primaryGroup: "users" };
    expect(accounts.identity("alice")).toEqual(alice);
    expect(accounts.identity("nogroup")).toEqual({ uid: 1001, realName: "", primaryGroup: "" });
  });

  test("a uid without a name is shown as its number, and found again by it", async () => {
    using files = tree();
    const accounts = await accountsOf(files);
    expect(accounts.nameOf(4242)).toBe("4242");
    expect(accounts.identity("4242")).toEqual({ uid: 4242, realName: "", primaryGroup: "" });
    expect(accounts.identity("nobody-here")).toBeUndefined();
    expect(accounts.uidOf("nobody-here")).toBeUndefined();
  });

  test("a change of the file is seen at the next refresh", async () => {
    using files = tree();
    const accounts = await accountsOf(files);
    files.write("/etc/passwd", PASSWD.replace("alice:", "alicia:"));
    await accounts.refreshPasswd();
    expect(accounts.nameOf(1000)).toBe("alicia");
    expect(accounts.uidOf("alice")).toBeUndefined();
  });

  test("when the file can't be read any more, its names are not remembered", async () => {
    using files = tree();
    const accounts = await accountsOf(files);
    files[Symbol.dispose]();
    await expect(accounts.refreshPasswd()).rejects.toMatchObject({ code: "ENOENT" });
    await expect(accounts.refreshGroup()).rejects.toMatchObject({ code: "ENOENT" });
    expect(accounts.nameOf(1000)).toBe("1000");
  });
});

describe("users of a directory service", () => {
  const DIRECTORY = {
    "passwd 5000": "dora:*:5000:5100:Dora D,,:/home/dora:/bin/sh",
    "passwd dora": "dora:*:5000:5100:Dora D,,:/home/dora:/bin/sh",
    "group 5100": "dir-users:*:5100:",
  };

  test("are numbers at first, and have names once getent has answered", async () => {
    using files = tree();
    const accounts = await accountsOf(files, DIRECTORY);
    expect(accounts.nameOf(5000)).toBe("5000");
    await Bun.sleep(1);
    expect(accounts.nameOf(5000)).toBe("dora");
    expect(accounts.uidOf("dora")).toBe(5000);
    accounts.identity("dora");
    await Bun.sleep(1);
    accounts.identity("dora");
    await Bun.sleep(1);
    const dora = { uid: 5000, realName: "Dora D", primaryGroup: "dir-users" };
    expect(accounts.identity("dora")).toEqual(dora);
  });

  test("a local account goes before a directory's", async () => {
    using files = tree();
    const accounts = await accountsOf(files, {
      "passwd 1000": "mallory:*:1000:0::/:",
      "passwd alice": "alice:*:0:0::/:",
    });
    expect([accounts.nameOf(1000), accounts.uidOf("alice")]).toEqual(["alice", 1000]);
    await Bun.sleep(1);
    expect([accounts.nameOf(1000), accounts.uidOf("alice")]).toEqual(["alice", 1000]);
  });

  test("what getent prints that is no entry is no name", async () => {
    using files = tree();
    const accounts = await accountsOf(files, { "passwd 5000": "Usage: getent [OPTION...]" });
    accounts.nameOf(5000);
    await Bun.sleep(1);
    expect(accounts.nameOf(5000)).toBe("5000");
  });
});

describe("names that logind or sshd has recorded", () => {
  test("stand in where no file and no directory knows the uid", async () => {
    using files = tree();
    const accounts = new Accounts(files.root, undefined);
    await accounts.refreshPasswd();
    accounts.learn(7000, "seen");
    expect(accounts.nameOf(7000)).toBe("seen");
    expect(accounts.uidOf("seen")).toBe(7000);
    expect(accounts.identity("seen")).toEqual({ uid: 7000, realName: "", primaryGroup: "" });
  });

  test("never replace a local name, and an empty one is none", async () => {
    using files = tree();
    const accounts = new Accounts(files.root, undefined);
    await accounts.refreshPasswd();
    accounts.learn(1000, "mallory");
    accounts.learn(7001, "");
    expect(accounts.nameOf(1000)).toBe("alice");
    expect(accounts.nameOf(7001)).toBe("7001");
  });
});

describe("users that systemd made for a service", () => {
  const FOLDER = "/run/systemd/dynamic-uid";

  function withDynamicUser() {
    const files = tree();
    mkdirSync(files.folder + FOLDER, { recursive: true });
    symlinkSync("sandbox", `${files.folder}${FOLDER}/direct:61200`);
    symlinkSync("61200", `${files.folder}${FOLDER}/direct:sandbox`);
    return files;
  }

  test("keep their name when the service has ended: what it used is still theirs", async () => {
    using files = withDynamicUser();
    const accounts = await accountsOf(files);
    expect(accounts.nameOf(61_200)).toBe("sandbox");
    for (const name of ["61200", "sandbox"]) unlinkSync(`${files.folder}${FOLDER}/direct:${name}`);
    expect(accounts.nameOf(61_200)).toBe("sandbox");
    expect(accounts.uidOf("sandbox")).toBe(61_200);
    expect([...accounts.knownUids()]).toContain(61_200);
  });

  test("who was never asked for is known by nothing afterwards", async () => {
    using files = withDynamicUser();
    const accounts = await accountsOf(files);
    expect(accounts.uidOf("sandbox")).toBe(61_200);
    for (const name of ["61200", "sandbox"]) unlinkSync(`${files.folder}${FOLDER}/direct:${name}`);
    expect(accounts.nameOf(61_200)).toBe("61200");
    expect(accounts.uidOf("sandbox")).toBeUndefined();
  });
});

describe("names that look like uids", () => {
  const numbers = () =>
    new TempTree({ "/etc/passwd": "4242:x:1000:100:::\n", "/etc/group": GROUP });

  test("a uid without a name and a user whose name is that number are two", async () => {
    using files = numbers();
    const accounts = await accountsOf(files);
    expect([accounts.nameOf(1000), accounts.nameOf(4242)]).toEqual(["4242", "#4242"]);
    expect(accounts.identity("4242")?.uid).toBe(1000);
    expect(accounts.identity("#4242")?.uid).toBe(4242);
  });

  test("also where only logind knows the user", async () => {
    using files = tree();
    const accounts = await accountsOf(files);
    expect(accounts.nameOf(4242)).toBe("4242");
    accounts.learn(70_000, "4242");
    expect([accounts.nameOf(70_000), accounts.nameOf(4242)]).toEqual(["4242", "#4242"]);
    expect(accounts.identity("4242")?.uid).toBe(70_000);
  });

  test("getent is not asked for a name that it would take for a uid", async () => {
    using files = tree();
    const accounts = await accountsOf(files, { "passwd 5000": "dora:*:5000:5100:::" });
    accounts.uidOf("5000");
    await Bun.sleep(1);
    expect(accounts.uidOf("5000")).toBeUndefined();
  });
});

describe("recordedName", () => {
  const UUID = "9c7d73a0-ef7e-45bc-a314-947ec6ab00e6";
  const withNames = (...names: string[]) =>
    new TempTree({
      "/etc/passwd": names.map((name, i) => `${name}:x:${1000 + i}:100:::\n`).join(""),
      "/etc/group": GROUP,
    });

  test("a name that a record cut is the one account's that it fits", async () => {
    using files = withNames("alice", UUID);
    const accounts = await accountsOf(files);
    expect(accounts.recordedName(UUID.slice(0, 32))).toBe(UUID);
    expect(accounts.recordedName(UUID.slice(0, 31))).toBeUndefined();
    expect(accounts.recordedName("alice")).toBe("alice");
  });

  test("is nobody's where two accounts fit, one of them with that very name too", async () => {
    for (const other of [`${UUID}2`, UUID.slice(0, 32)]) {
      using files = withNames(UUID, other);
      const accounts = await accountsOf(files);
      expect(accounts.recordedName(UUID.slice(0, 32))).toBeUndefined();
    }
  });

  test("is known from logind too, and in the middle of a character", async () => {
    using files = tree();
    const accounts = await accountsOf(files);
    const name = `${"a".repeat(31)}\u00fcber@example.com`;
    accounts.learn(70_000, name);
    expect(accounts.recordedName(Buffer.from(name).toString("utf8", 0, 32))).toBe(name);
  });

  test("of a directory's user is as the directory writes it", async () => {
    using files = tree();
    const accounts = await accountsOf(files, {
      "passwd DORA": "dora:*:5000:5100:::",
      "passwd 5000": "dora:*:5000:5100:::",
    });
    accounts.recordedName("DORA");
    for (let turn = 0; turn < 3; turn++) {
      await Bun.sleep(1);
      accounts.recordedName("DORA");
    }
    expect(accounts.recordedName("DORA")).toBe("dora");
    expect(accounts.recordedName("nobody-here")).toBeUndefined();
  });

  test("two uids with one name are one user", async () => {
    using files = new TempTree({
      "/etc/passwd": "ann:x:1:100:::\nann:x:2:100:::\n",
      "/etc/group": "",
    });
    const accounts = await accountsOf(files);
    expect([accounts.nameOf(1), accounts.nameOf(2), accounts.uidOf("ann")]).toEqual([
      "ann",
      "ann",
      1,
    ]);
  });
});

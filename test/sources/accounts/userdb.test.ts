import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import {
  MAX_FILES,
  RECORD_LIMIT_BYTES,
  Userdb,
  groupOf,
  userOf,
} from "../../../src/sources/accounts/userdb.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

/** As `userdbctl user --output=json frank` of systemd 257 prints it, but for what is not read. */
const FRANK = {
  userName: "frank",
  uid: 60_042,
  gid: 60_042,
  realName: "Frank Example",
  homeDirectory: "/home/frank",
  shell: "/bin/bash",
  disposition: "regular",
};
const frank = { name: "frank", uid: 60_042, gid: 60_042, realName: "Frank Example" };

describe("user records", () => {
  test.each<[what: string, record: unknown, account: unknown]>([
    ["a whole one", FRANK, frank],
    ["without a group", { ...FRANK, gid: undefined }, frank],
    ["without a real name", { ...FRANK, realName: undefined }, { ...frank, realName: "frank" }],
    [
      "a long real name",
      { ...FRANK, realName: "x".repeat(1000) },
      { ...frank, realName: "x".repeat(128) },
    ],
    [
      "a name of a directory",
      { ...FRANK, userName: "EXAMPLE\\a b" },
      { ...frank, name: "EXAMPLE\\a b" },
    ],
    ["without a uid", { ...FRANK, uid: undefined }, undefined],
    ["a uid as text", { ...FRANK, uid: "60042" }, undefined],
    ["a uid of 33 bits", { ...FRANK, uid: 2 ** 32 }, undefined],
    ["half a uid", { ...FRANK, uid: 0.5 }, undefined],
    ["a colon in the name", { ...FRANK, userName: "a:b" }, undefined],
    ["a line's end in the name", { ...FRANK, userName: "a\nb" }, undefined],
    ["no name", { uid: 1 }, undefined],
    ["no object", [1], undefined],
    ["nothing", null, undefined],
  ])("%s", (_, record, account) => {
    expect(userOf(record)).toEqual(account as ReturnType<typeof userOf>);
  });

  test("group records", () => {
    expect(groupOf({ groupName: "staff", gid: 50 })).toEqual([50, "staff"]);
    expect(groupOf({ groupName: "staff" })).toBeUndefined();
    expect(groupOf(7)).toBeUndefined();
  });
});

test("the first folder's file of a name counts, links by number and other files do not", async () => {
  using tree = new TempTree({
    "/etc/userdb/frank.user": JSON.stringify(FRANK),
    "/usr/lib/userdb/frank.user": JSON.stringify({ ...FRANK, uid: 1 }),
    "/usr/lib/userdb/grace.user": JSON.stringify({ userName: "grace", uid: 60_043, gid: 50 }),
    "/run/userdb/staff.group": JSON.stringify({ groupName: "staff", gid: 50 }),
    "/run/userdb/broken.user": "{",
    "/run/userdb/frank.user-privileged": "{}",
  });
  symlinkSync("/nowhere", tree.root.path("/etc/userdb/60042.user"));
  const userdb = new Userdb(tree.root);
  const users = await userdb.users();
  expect([...users.byName.keys()]).toEqual(["frank", "grace"]);
  expect([...users.byUid.keys()]).toEqual([60_042, 60_043]);
  expect([...(await userdb.groups())]).toEqual([[50, "staff"]]);
});

test("a host without any has none", async () => {
  using tree = new TempTree({});
  const userdb = new Userdb(tree.root);
  expect((await userdb.users()).byUid.size).toBe(0);
  expect((await userdb.groups()).size).toBe(0);
});

test("files that come, change and go are seen; what has not changed is the same object", async () => {
  using tree = new TempTree({ "/etc/userdb/frank.user": JSON.stringify(FRANK) });
  const userdb = new Userdb(tree.root);
  const first = await userdb.users();
  expect(await userdb.users()).toBe(first);
  const path = tree.root.path("/etc/userdb/frank.user");
  writeFileSync(path, JSON.stringify({ ...FRANK, realName: "Frank the Elder" }));
  expect((await userdb.users()).byName.get("frank")?.realName).toBe("Frank the Elder");
  writeFileSync(tree.root.path("/etc/userdb/heidi.user"), '{"userName":"heidi","uid":7}');
  expect((await userdb.users()).byName.size).toBe(2);
  writeFileSync(path, "no JSON any more");
  expect([...(await userdb.users()).byName.keys()]).toEqual(["heidi"]);
});

test("what is no file, or too large, costs that record; more files than there may be are left", async () => {
  const large = JSON.stringify({ ...FRANK, comment: "x".repeat(RECORD_LIMIT_BYTES) });
  using tree = new TempTree({
    "/etc/userdb/large.user": large,
    "/etc/userdb/zoe.user": '{"userName":"zoe","uid":5}',
  });
  mkdirSync(tree.root.path("/etc/userdb/folder.user"));
  expect(Bun.spawnSync(["mkfifo", tree.root.path("/etc/userdb/fifo.user")]).exitCode).toBe(0);
  const userdb = new Userdb(tree.root);
  expect([...(await userdb.users()).byName.keys()]).toEqual(["zoe"]);
  for (let i = 0; i < MAX_FILES + 10; i++) {
    const text = `{"userName":"u${i}","uid":${10_000 + i}}`;
    writeFileSync(tree.root.path(`/etc/userdb/u${i}.user`), text);
  }
  // The three that are no records, and those that come first by their names.
  expect((await userdb.users()).byName.size).toBe(MAX_FILES - 3);
});

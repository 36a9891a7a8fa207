import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { DirectoryFiles } from "../../../src/sources/accounts/directory_files.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

test("extrausers' accounts and groups come before userdb's", async () => {
  using tree = new TempTree({
    "/var/lib/extrausers/passwd":
      "erin:x:20001:20001:Erin Example,,,:/home/erin:/bin/bash\nbroken\n",
    "/var/lib/extrausers/group": "erin:x:20001:\n",
    "/etc/userdb/frank.user": '{"userName":"frank","uid":60042,"gid":60042}',
    "/etc/userdb/frank.group": '{"groupName":"frank","gid":60042}',
  });
  const files = new DirectoryFiles(tree.root);
  const [extra, userdb] = await files.accounts();
  expect(extra?.byUid.get(20_001)?.realName).toBe("Erin Example");
  expect(userdb?.byUid.get(60_042)?.name).toBe("frank");
  expect(await files.groups()).toEqual([new Map([[20_001, "erin"]]), new Map([[60_042, "frank"]])]);
});

test("a host that has neither has no accounts of them, and a folder in a file's place is none", async () => {
  using tree = new TempTree({
    "/var/lib/extrausers/passwd/x": "",
    "/var/lib/extrausers/group/x": "",
  });
  const files = new DirectoryFiles(tree.root);
  expect((await files.accounts()).map(({ byUid }) => byUid.size)).toEqual([0]);
  expect((await files.groups()).map(({ size }) => size)).toEqual([0]);
  expect(files.fault).toMatchObject({ reason: "is a directory, want a regular file" });
});

test("a file that can't be used is told until it can", async () => {
  using tree = new TempTree({ "/etc/userdb/frank.user": "{" });
  const files = new DirectoryFiles(tree.root);
  const fault = async () => (await files.accounts()) && (await files.groups()) && files.fault;
  expect(await fault()).toMatchObject({ reason: "invalid JSON" });
  tree.write("/etc/userdb/frank.user", '{"userName":"frank","uid":60042}');
  expect(await fault()).toBeUndefined();
  tree.write("/var/lib/extrausers/group/x", "");
  expect(await fault()).toMatchObject({ reason: "is a directory, want a regular file" });
  rmSync(`${tree.folder}/var/lib/extrausers/group`, { recursive: true });
  expect(await fault()).toBeUndefined();
});

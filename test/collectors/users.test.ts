import { expect, test } from "bun:test";
import { byLabel, family, gauge } from "../../src/metrics/metric.ts";
import { userInfo } from "../../src/collectors/users.ts";
import { Accounts } from "../../src/model/accounts.ts";
import { TempTree } from "../helpers/temp_tree.ts";

async function accounts(tree: TempTree): Promise<Accounts> {
  const result = new Accounts(tree.root, undefined);
  await result.refreshPasswd();
  await result.refreshGroup();
  return result;
}

const FILES = {
  "/etc/passwd": "alice:x:1000:100:Alice Liddell,,:/:\nbob:x:1001:7:::\nunseen:x:1002:100:::\n",
  "/etc/group": "users:x:100:\n",
};

test("every user that any series names is there once, and nobody else", async () => {
  using tree = new TempTree(FILES);
  const families = [
    byLabel(gauge("memory_bytes", "", "username"), [
      ["alice", 1],
      ["bob", 2],
    ]),
    family(gauge("session_active", "", "tty", "username"), [
      { labels: { tty: "pts/0", username: "alice" }, value: 1 },
      { labels: { tty: "", username: "4242" }, value: 1 },
    ]),
    byLabel(gauge("source_available", "", "source"), [["utmp", 1]]),
  ];
  const info = userInfo(families, await accounts(tree));
  expect(info.definition.name).toBe("user_sessions_user_info");
  expect(info.definition.labels).toEqual(["username", "real_name", "uid", "primary_group"]);
  expect(info.samples).toEqual([
    { labels: { username: "4242", real_name: "", uid: "4242", primary_group: "" }, value: 1 },
    {
      labels: {
        username: "alice",
        real_name: "Alice Liddell",
        uid: "1000",
        primary_group: "users",
      },
      value: 1,
    },
    { labels: { username: "bob", real_name: "", uid: "1001", primary_group: "" }, value: 1 },
  ]);
});

test("a name that no account has is shown with what is known: nothing", async () => {
  using tree = new TempTree(FILES);
  const families = [byLabel(gauge("x", "", "username"), [["ghost", 1]])];
  expect(userInfo(families, await accounts(tree)).samples[0]!.labels).toEqual({
    username: "ghost",
    real_name: "",
    uid: "",
    primary_group: "",
  });
});

test("without real names the rest is there", async () => {
  using tree = new TempTree(FILES);
  const families = [byLabel(gauge("x", "", "username"), [["alice", 1]])];
  expect(userInfo(families, await accounts(tree), false).samples[0]!.labels).toEqual({
    username: "alice",
    real_name: "",
    uid: "1000",
    primary_group: "users",
  });
});

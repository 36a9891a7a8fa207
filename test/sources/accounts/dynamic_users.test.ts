import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { readDynamicUid, readDynamicUser } from "../../../src/sources/accounts/dynamic_users.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

test("the name that systemd gave to a service's user", () => {
  using tree = new TempTree();
  mkdirSync(`${tree.folder}/run/systemd/dynamic-uid`, { recursive: true });
  symlinkSync("user_sessions_exporter", `${tree.folder}/run/systemd/dynamic-uid/direct:61888`);
  symlinkSync("nobody-s", `${tree.folder}/run/systemd/dynamic-uid/direct:1000`);
  expect(readDynamicUser(tree.root, 61888)).toBe("user_sessions_exporter");
  expect(readDynamicUser(tree.root, 61889)).toBeUndefined();
  symlinkSync("../../etc", `${tree.folder}/run/systemd/dynamic-uid/direct:61890`);
  symlinkSync("61888", `${tree.folder}/run/systemd/dynamic-uid/direct:user_sessions_exporter`);
  symlinkSync("0", `${tree.folder}/run/systemd/dynamic-uid/direct:mallory`);
  expect(readDynamicUser(tree.root, 61890)).toBeUndefined();
  expect(readDynamicUid(tree.root, "user_sessions_exporter")).toBe(61888);
  expect(readDynamicUid(tree.root, "mallory")).toBeUndefined();
  expect(readDynamicUid(tree.root, "../x")).toBeUndefined();
  // A link for a uid that systemd never gives away is nobody's business.
  expect(readDynamicUser(tree.root, 1000)).toBeUndefined();
});

import { describe, expect, test } from "bun:test";
import {
  isBelowUserManager,
  parseCgroupSession,
  parseForegroundGroup,
  readAuditSession,
  readCgroup,
} from "../../../src/sources/proc/pid_session.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { expectLinearText } from "../../helpers/growth.ts";

describe("parseCgroupSession", () => {
  test.each([
    ["0::/user.slice/user-1000.slice/session-3.scope\n", "3"],
    ["0::/user.slice/user-0.slice/session-c12.scope\n", "c12"],
    // systemd in the hybrid mode: a line for each controller.
    [
      "12:pids:/user.slice/user-1000.slice/session-7.scope\n" +
        "11:cpu,cpuacct:/\n1:name=systemd:/user.slice/user-1000.slice/session-7.scope\n0::/x\n",
      "7",
    ],
    // A container's own login, seen from the host.
    ["0::/machine.slice/c.scope/payload/user.slice/user-1000.slice/session-4.scope\n", "4"],
    // A container that was started from a login has logins of its own.
    ["0::/user.slice/user-1000.slice/session-6.scope/c/user.slice/session-c1.scope\n", "c1"],
    // A process that moved itself below its scope.
    ["0::/user.slice/user-1000.slice/session-5.scope/inner\n", "5"],
  ])("%j is in session %s", (text, id) => {
    expect(parseCgroupSession(text)).toBe(id);
  });

  test.each([
    "",
    "0::/\n",
    "0::/system.slice/ssh.service\n",
    "0::/user.slice/user-1000.slice/user@1000.service/app.slice/tmux.scope\n",
    "0::/user.slice/session-.scope\n",
    "0::/my-session-3.scope\n",
    // A group that its user named after somebody else's session.
    "0::/user.slice/user-1000.slice/user@1000.service/session-3.scope\n",
  ])("%j is in none", (text) => {
    expect(parseCgroupSession(text)).toBeUndefined();
  });
});

test("readCgroup reads the process's own file, 4 KiB of it at most; one that is gone has none", () => {
  using tree = new TempTree({ "/proc/12/cgroup": "0::/user.slice/session-2.scope\n" });
  expect(readCgroup(tree.root, 12)).toBe("0::/user.slice/session-2.scope\n");
  expect(readCgroup(tree.root, 13)).toBeUndefined();
  // Opened, but not read: as of a process that ends in between.
  tree.write("/proc/14/cgroup/folder", "");
  expect(readCgroup(tree.root, 14)).toBeUndefined();
  tree.write("/proc/12/cgroup", "x".repeat(100_000));
  expect(readCgroup(tree.root, 12)).toHaveLength(4096);
});

test("isBelowUserManager", () => {
  expect(isBelowUserManager("0::/user.slice/user-1.slice/user@1.service/a.scope\n")).toBe(true);
  expect(isBelowUserManager("0::/user.slice/user-1.slice/user@1.service")).toBe(true);
  expect(isBelowUserManager("0::/user.slice/user-1.slice/session-1.scope")).toBe(false);
});

test.each([
  ["3", 3],
  ["0", 0],
  ["17\n", 17],
  // Never set: (unsigned int) -1.
  ["4294967295", undefined],
  ["", undefined],
  ["x", undefined],
])("readAuditSession: %j is %p", (text, id) => {
  using tree = new TempTree({ "/proc/12/sessionid": text });
  expect(readAuditSession(tree.root, 12)).toBe(id);
  expect(readAuditSession(tree.root, 13)).toBeUndefined();
});

test("work grows with the length of the file", () => {
  expectLinearText(parseCgroupSession, "/-.:\n0a", "0::/user.slice/session-");
  expectLinearText(parseForegroundGroup, ") 0-\n", "5 (");
});

test.each([
  ["7 (sh) S 1 7 7 34816 9 4194304 0\n", 9],
  ["7 (a) S 1) S 1 7 7 34816 12 4194304 0\n", 12],
  ["7 (sh) S 1 7 7 0 -1 4194304 0\n", undefined],
  ["7 (sh) S 1 7", undefined],
  ["", undefined],
])("parseForegroundGroup: %j is %p", (text, group) => {
  expect(parseForegroundGroup(text)).toBe(group);
});

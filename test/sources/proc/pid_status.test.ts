import { expect, test } from "bun:test";
import { parseStatus, readStatus } from "../../../src/sources/proc/pid_status.ts";
import { Root } from "../../../src/sources/root.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { expectLinearText } from "../../helpers/growth.ts";

const linux = process.platform === "linux";

test("uids, pid namespaces and a thread's process, as the kernel prints them", () => {
  const text =
    "Name:\tsu\nTgid:\t70\nNgid:\t0\nPid:\t77\nUid:\t1000\t0\t0\t0\nGid:\t1000\t1000\t1000\t1000\nNSpid:\t77\t1\n";
  expect(parseStatus(text)).toEqual({ uids: [1000, 0, 0, 0], pidNamespaces: 2, processId: 70 });
});

test("a kernel that does not tell of pid namespaces means the host's own", () => {
  expect(parseStatus("Uid:\t5\t5\t5\t5\n")).toMatchObject({ uids: [5, 5, 5, 5], pidNamespaces: 1 });
});

test.each(["", "Name:\tx\n", "Uid:\t\n", "Uid:\tx\tx\n"])("%j says nothing", (text) => {
  expect(parseStatus(text)).toBeUndefined();
});

test("a name that looks like the line does not pass for it", () => {
  // The kernel escapes newlines in names, so the text can only stand behind "Name:".
  expect(parseStatus("Name:\tUid:\\t0\nUid:\t7\t7\t7\t7\n")?.uids).toEqual([7, 7, 7, 7]);
});

test("a process in so many groups that its namespaces can't be seen is not known", () => {
  const status = (groups: number) =>
    `Uid:\t7\t7\t7\t7\nGroups:\t${"4294967294 ".repeat(groups)}\nNSpid:\t77\t1\n`;
  using tree = new TempTree({ "/proc/5/status": status(5000), "/proc/6/status": status(6000) });
  expect(readStatus(tree.root, 5)).toMatchObject({ uids: [7, 7, 7, 7], pidNamespaces: 2 });
  expect(readStatus(tree.root, 6)).toBeUndefined();
});

test.skipIf(!linux)("this process, compared with what the system call says", () => {
  const status = readStatus(new Root(), process.pid);
  expect(status?.uids.slice(0, 2)).toEqual([process.getuid!(), process.geteuid!()]);
  expect(status?.processId).toBe(process.pid);
});

test.skipIf(!linux)("a process that is gone", () => {
  expect(readStatus(new Root(), 2 ** 22 + 1)).toBeUndefined();
});

test("work grows with the length of the file", () => {
  expectLinearText(parseStatus, "\t\n0:U", "Uid:\t");
  expectLinearText(parseStatus, "\t\n0:U", "Uid:\t1\nNSpid:\t");
});

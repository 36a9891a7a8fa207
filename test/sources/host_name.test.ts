import { expect, test } from "bun:test";
import { readHostName, readHostNames } from "../../src/sources/host_name.ts";
import { Root } from "../../src/sources/root.ts";
import { isLinux, output } from "../helpers/system.ts";
import { TempTree } from "../helpers/temp_tree.ts";

test.skipIf(!isLinux)("this host's name is what uname says", () => {
  expect(readHostName(new Root())).toBe(output("uname", "-n").trim());
});

test.each([
  ["login-1.example.org\n", "login-1.example.org"],
  ["# from the installer\n\n  login-1 \n", "login-1"],
  ["", undefined],
])("a mounted host's /etc/hostname %j", (text, name) => {
  using tree = new TempTree({ "/etc/hostname": text, "/proc/sys/kernel/hostname": "container\n" });
  expect(readHostName(tree.root)).toBe(name);
});

test("a host without a name has none", () => {
  using tree = new TempTree();
  expect(readHostName(tree.root)).toBeUndefined();
});

test("this host goes by the kernel's name, whatever /etc/hostname says", () => {
  // The machine's own files, with a /proc that has a name of its own.
  using tree = new TempTree({ "/proc/sys/kernel/hostname": "only-the-kernel-says-so\n" });
  const root = new Root("/", `${tree.folder}/proc`);
  expect(readHostName(root)).toBe("only-the-kernel-says-so");
  expect(readHostNames(root)[0]).toBe("only-the-kernel-says-so");
});

test("a mounted host goes by its file alone: the kernel's name is another host's", () => {
  using tree = new TempTree({
    "/etc/hostname": "mounted\n",
    "/proc/sys/kernel/hostname": "container\n",
  });
  expect(readHostNames(tree.root)).toEqual(["mounted"]);
});

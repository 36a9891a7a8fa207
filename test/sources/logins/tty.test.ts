import { expect, test } from "bun:test";
import { mkdirSync, utimesSync } from "node:fs";
import { statTty } from "../../../src/sources/logins/tty.ts";
import { Root } from "../../../src/sources/root.ts";
import { hasTool, isLinux, output } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

test.each(["pts/3", "tty2", "ttyS0", "hvc0", "pts/1048575"])("finds /dev/%s", (name) => {
  using tree = new TempTree();
  const path = tree.write(`/dev/${name}`, "");
  utimesSync(path, 1_700_000_000, 1_600_000_000);
  const before = Date.now() / 1000;
  const node = statTty(tree.root, name)!;
  expect(node.lastInputSeconds).toBe(1_700_000_000);
  expect(node.uid).toBe(process.geteuid!());
  // No call sets ctime: it is when the file was made here.
  expect(Math.abs(node.changedSeconds - before)).toBeLessThan(5);
});

test.each([
  "../etc/passwd",
  "pts/../../etc/passwd",
  "pts/..",
  "..",
  ".",
  "",
  "/etc/passwd",
  "/dev/pts/3",
  "pts//3",
  "pts/3/",
  "pts/3\n",
  "pts/3\0",
  "pts/ptmx",
  "a/b/3",
  "pts/3 ",
])("%j is no terminal's name, though there is such a file", (name) => {
  using tree = new TempTree({
    "/etc/passwd": "",
    "/dev/pts/3": "",
    "/dev/pts/ptmx": "",
    "/dev/a/b/3": "",
  });
  mkdirSync(`${tree.folder}/dev/etc`);
  expect(statTty(tree.root, name)).toBeUndefined();
});

test("a terminal that was closed is not found", () => {
  using tree = new TempTree({ "/dev/pts/3": "" });
  expect(statTty(tree.root, "pts/4")).toBeUndefined();
});

test.skipIf(!isLinux || !hasTool("script", "stat"))(
  "agrees with stat(1) on a real pty",
  async () => {
    // The pty lives as long as script(1) does.
    const child = Bun.spawn(["script", "-qc", "tty; read -r _", "/dev/null"], {
      stdin: "pipe",
      stdout: "pipe",
    });
    let printed = "";
    for await (const chunk of child.stdout) {
      printed += Buffer.from(chunk).toString();
      if (printed.includes("\n")) break;
    }
    try {
      const path = /\/dev\/(pts\/\d+)/.exec(printed)![1]!;
      const node = statTty(new Root(), path)!;
      const [atime, ctime, uid] = output("stat", "-c", "%.9X %.9Z %u", `/dev/${path}`).split(" ");
      expect(node.uid).toBe(Number(uid));
      expect(node.lastInputSeconds).toBeCloseTo(Number(atime), 2);
      expect(node.changedSeconds).toBeCloseTo(Number(ctime), 2);
    } finally {
      child.stdin.end();
      await child.exited;
    }
  },
);

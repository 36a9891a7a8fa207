import { expect, test } from "bun:test";
import {
  TITLE_LIMIT_BYTES,
  parseArguments,
  readArguments,
} from "../../../src/sources/proc/pid_cmdline.ts";
import { Root } from "../../../src/sources/root.ts";
import { isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { expectLinearText } from "../../helpers/growth.ts";

test.each([
  ["sshd-session: alice@pts/0\0\0\0\0\0", ["sshd-session: alice@pts/0"]],
  ["Xtigervnc\0:1\0-rfbport\x005901\0", ["Xtigervnc", ":1", "-rfbport", "5901"]],
  ["a\0\0b\0", ["a", "", "b"]],
  ["\0b\0", ["", "b"]],
  ["no end", ["no end"]],
  ["line\nbreak\0", ["line\nbreak"]],
])("%j holds %j", (text, words) => {
  expect(parseArguments(Buffer.from(text))).toEqual(words);
});

test.each(["", "\0", "\0\0\0"])("%j holds nothing, as a zombie's and a kernel thread's", (text) => {
  expect(parseArguments(Buffer.from(text))).toBeUndefined();
});

test("a process that is gone has none", () => {
  using tree = new TempTree();
  expect(readArguments(tree.root, 5)).toBeUndefined();
});

test("no more is read than the limit, whatever a process has for arguments", () => {
  const title = `Xvnc\0:1\0${"\0".repeat(1_900_000)}x\0`;
  using tree = new TempTree({ "/proc/5/cmdline": title });
  const kept = readArguments(tree.root, 5)!;
  expect(kept).toEqual(["Xvnc", ":1"]);
  tree.write("/proc/5/cmdline", "y".repeat(10 * TITLE_LIMIT_BYTES));
  expect(readArguments(tree.root, 5)).toEqual(["y".repeat(TITLE_LIMIT_BYTES)]);
});

test.skipIf(!isLinux)("reads the arguments of a child as it was started", async () => {
  const words = ["sleep", "60", "", "caf\u00e9 \u65e5\u672c", "-rfbport", "5901"];
  const child = Bun.spawn(["sh", "-c", "read -r _", ...words], { stdin: "pipe" });
  // Until the child has called exec(2) it shows this process's own.
  const read = () => readArguments(new Root(), child.pid);
  for (let i = 0; i < 200 && read()?.[0] !== "sh"; i++) await Bun.sleep(2);
  expect(read()).toEqual(["sh", "-c", "read -r _", ...words]);
  child.stdin.end();
  await child.exited;
  expect(read()).toBeUndefined();
});

test("work grows with the length of the title", () => {
  const parse = (text: string) => parseArguments(Buffer.from(text, "latin1"));
  expectLinearText(parse, "\0 :@-");
  expectLinearText(parse, "\0 :@-", "x", "x");
});

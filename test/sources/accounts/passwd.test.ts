import { describe, expect, test } from "bun:test";
import { parsePasswd, parsePasswdLine, passwdFile } from "../../../src/sources/accounts/passwd.ts";
import { hasTool, isLinux, output } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

describe("parsePasswdLine", () => {
  test.each([
    ["alice:x:1000:100:Alice Liddell,Room 5,,:/home/alice:/bin/sh", "Alice Liddell"],
    ["alice:x:1000:100::/home/alice:/bin/sh", ""],
    ["alice:x:1000:100:,,,:/home/alice:/bin/sh", ""],
    ["alice:x:1000:100: Alice ,:/:", "Alice"],
    ["alice:x:1000:100:& Liddell:/:", "Alice Liddell"],
    ["alice:x:1000:100:& & Co:/:", "Alice Alice Co"],
    ["alice:x:1000:100:Al\u00efce \u65e5\u672c:/:", "Al\u00efce \u65e5\u672c"],
    // getent of old directory servers leaves fields away.
    ["alice:x:1000:100", ""],
  ])("%s: the real name is %j", (line, realName) => {
    expect(parsePasswdLine(line)).toEqual({ name: "alice", uid: 1000, gid: 100, realName });
  });

  test.each([
    "",
    "# alice:x:1:1:::",
    "+::::::",
    "+alice:x:1:1:::",
    "-alice:x:1:1:::",
    ":x:1:1:::",
    "alice",
    "alice:x::1:::",
    "alice:x:1::::",
    "alice:x:-1:1:::",
    "alice:x:4294967296:1:::",
    "alice:x:0x0:1:::",
    "alice:x: 1:1:::",
  ])("%j is no account", (line) => {
    expect(parsePasswdLine(line)).toBeUndefined();
  });
});

test("a broken line, a comment or an empty one costs the entries behind it nothing", async () => {
  const text =
    "broken\nroot:x:0:0:::\n\n# people\n+::::::\nalice:x:1000:100:::\n:x:1:1:::\nbob:x:1001:100:::\n";
  using tree = new TempTree({ "/etc/passwd": text });
  for (const table of [parsePasswd(text), await passwdFile(tree.root).get()]) {
    expect([...table.byName.keys()]).toEqual(["root", "alice", "bob"]);
    expect([...table.byUid.keys()]).toEqual([0, 1000, 1001]);
  }
});

test("the first of several lines with one uid, or one name, is the account", () => {
  const table = parsePasswd("root:x:0:0:::\ntoor:x:0:0:::\nroot:x:5:5:::\n\n# end\n");
  expect(table.byUid.get(0)?.name).toBe("root");
  expect(table.byName.get("root")?.uid).toBe(0);
  expect(table.byName.get("toor")?.uid).toBe(0);
  expect(table.byUid.get(5)?.name).toBe("root");
});

test.skipIf(!isLinux || !hasTool("getent"))("agrees with getent on the accounts here", async () => {
  const table = parsePasswd(await Bun.file("/etc/passwd").text());
  expect(table.byUid.size).toBeGreaterThan(5);
  for (const [uid, { name, gid }] of table.byUid) {
    const [entry = ""] = output("getent", "-s", "files", "passwd", String(uid)).split("\n");
    const [name2, , uid2, gid2] = entry.split(":");
    expect([name2, uid2, gid2]).toEqual([name, String(uid), String(gid)]);
    if (uid > 20) break; // A child for each; the rest is no different.
  }
  expect([...table.byName.keys()]).toEqual(
    output("getent", "-s", "files", "passwd")
      .trim()
      .split("\n")
      .map((line) => line.split(":")[0]!),
  );
});

test("a real name is cut at 128 characters, however long a user makes it", () => {
  const realNameIn = (gecos: string) => parsePasswdLine(`alice:x:1:1:${gecos}:/:`)?.realName;
  expect(realNameIn("x".repeat(1_000_000))).toBe("x".repeat(128));
  expect(realNameIn("&".repeat(1_000_000))).toHaveLength(128);
  // No half of a character is left at the end.
  expect(realNameIn(`${"x".repeat(127)}\u{1f600}`)).toBe(`${"x".repeat(127)}\ufffd`);
});

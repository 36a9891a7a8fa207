import { expect, test } from "bun:test";
import { parseGroup, parseGroupLine } from "../../../src/sources/accounts/group.ts";
import { hasTool, isLinux, output } from "../../helpers/system.ts";

test.each([
  ["users:x:100:alice,bob", { name: "users", gid: 100 }],
  ["users:x:100:", { name: "users", gid: 100 }],
  ["users:x:100", { name: "users", gid: 100 }],
  ["dom\\domain users:*:4294967294:", { name: "dom\\domain users", gid: 4_294_967_294 }],
  ["", undefined],
  ["#users:x:100:", undefined],
  ["+:::", undefined],
  ["-users:x:100:", undefined],
  [":x:100:", undefined],
  ["users:x::", undefined],
  ["users:x:1e2:", undefined],
  ["users", undefined],
])("parseGroupLine: %j is %j", (line, group) => {
  expect(parseGroupLine(line)).toEqual(group);
});

test("the first of several lines with one gid names it", () => {
  const names = parseGroup("wheel:x:0:\nroot:x:0:\nbroken\nusers:x:100:alice\n");
  expect(names).toEqual(
    new Map([
      [0, "wheel"],
      [100, "users"],
    ]),
  );
});

test.skipIf(!isLinux || !hasTool("getent"))("agrees with getent on the groups here", async () => {
  const names = parseGroup(await Bun.file("/etc/group").text());
  const listed = output("getent", "-s", "files", "group").trim().split("\n");
  expect(listed.length).toBeGreaterThan(5);
  const expected = new Map<number, string>();
  for (const [name, , gid] of listed.map((line) => line.split(":"))) {
    if (!expected.has(Number(gid))) expected.set(Number(gid), name!);
  }
  expect(names).toEqual(expected);
});

import { expect, test } from "bun:test";
import { usersSection } from "../../../src/web/page/users_section.ts";
import { ALICE, UNKNOWN, rows } from "./summaries.ts";

const shares = (text: string) => Array.from(text.matchAll(/value="([\d.]+)"/g), ([, n]) => n);

test("shows CPU of all CPUs, and memory beside that of the largest", () => {
  const bob = { user: "bob", cpuRatio: 0, memoryBytes: 512, processCount: 1 };
  const realNames = new Map([["alice", "Alice Liddell"]]);
  const section = usersSection({ ...UNKNOWN, users: [ALICE, bob], realNames });
  expect(rows(section)).toEqual([
    ["alice Alice Liddell", "25.0 %25.0 %", "1 KiB1 KiB", "7"],
    ["bob", "0.0 %0.0 %", "512 B512 B", "1"],
  ]);
  expect(shares(section.text)).toEqual(["0.250", "1.000", "0.000", "0.500"]);
});

test("what is not known is no 0, and nobody's memory is no bar", () => {
  const users = [
    { user: "a", cpuRatio: undefined, memoryBytes: undefined, processCount: undefined },
    { user: "b", cpuRatio: undefined, memoryBytes: 0, processCount: 0 },
  ];
  const section = usersSection({ ...UNKNOWN, users });
  expect(rows(section)).toEqual([
    ["a", "–", "–", "–"],
    ["b", "–", "0 B0 B", "0"],
  ]);
  expect(shares(section.text)).toEqual(["0.000"]);
});

test("that there are no users is something else than not to know", () => {
  expect(usersSection(UNKNOWN).text).toContain("Not known: no processes can be seen");
  expect(usersSection({ ...UNKNOWN, users: [] }).text).not.toContain("Not known");
});

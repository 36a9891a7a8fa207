import { expect, test } from "bun:test";
import { LOGINS_A_TURN, latestOf } from "../../src/model/latest_logins.ts";

const latest = async (logins: ReadonlyMap<string, number> | undefined, most: number) =>
  Array.from(await latestOf(logins, most), ([user]) => user);

test("all, when there are not too many", async () => {
  const logins = new Map([
    ["alice", 3],
    ["bob", 1],
  ]);
  expect(await latest(logins, 2)).toEqual(["alice", "bob"]);
  expect(await latest(undefined, 2)).toEqual([]);
});

test("of too many those who logged in last, and no more when several did at one time", async () => {
  const logins = new Map([
    ["alice", 3],
    ["bob", 1],
    ["carol", 4],
    ["dave", 3],
    ["eve", 3],
  ]);
  expect(await latest(logins, 1)).toEqual(["carol"]);
  expect(await latest(logins, 3)).toHaveLength(3);
  expect(await latest(logins, 4)).not.toContain("bob");
});

test("others have their turn in between", async () => {
  const logins = new Map(Array.from({ length: 10 * LOGINS_A_TURN }, (_, i) => [i, i]));
  let turns = 0;
  expect([...(await latestOf(logins, 2, async () => void turns++))].map(([uid]) => uid)).toEqual([
    logins.size - 2,
    logins.size - 1,
  ]);
  expect(turns).toBe(20);
});

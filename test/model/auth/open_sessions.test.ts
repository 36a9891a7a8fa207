import { describe, expect, test } from "bun:test";
import { MAX_OPEN, OpenSessions } from "../../../src/model/auth/open_sessions.ts";
import { SavedStateError } from "../../../src/sources/saved_value.ts";

const session = (id: string, leaderPid = 1) => ({ id, leaderPid, startUs: 5, isLogin: true });
const undecided = (id: string, leaderPid: number) => ({
  ...session(id, leaderPid),
  isLogin: undefined,
});

test("the same id in two boots is two sessions", () => {
  const open = new OpenSessions();
  open.add("a", session("1", 10));
  open.add("b", session("1", 20));
  expect(open.take("a", "1")?.leaderPid).toBe(10);
  expect(open.take("a", "1")).toBeUndefined();
  expect(open.get("b", "1")?.leaderPid).toBe(20);
});

test("an id that is given again is the new session's", () => {
  const open = new OpenSessions();
  open.add("a", undecided("1", 10));
  open.add("a", undecided("1", 20));
  open.decide(10);
  expect(open.get("a", "1")).toMatchObject({ leaderPid: 20, isLogin: undefined });
  open.decide(20);
  expect(open.get("a", "1")!.isLogin).toBe(true);
});

test("the oldest are forgotten beyond the limit", () => {
  const open = new OpenSessions();
  for (let i = 0; i <= MAX_OPEN; i++) open.add("a", session(`${i}`));
  expect(open.get("a", "0")).toBeUndefined();
  expect(open.get("a", "1")).toBeDefined();
  expect(open.get("a", `${MAX_OPEN}`)).toBeDefined();
});

test("of three boots the first is forgotten, for what a crash cut off never ends", () => {
  const open = new OpenSessions();
  for (const boot of ["a", "b", "a", "c"]) open.add(boot, session("1"));
  expect(["a", "b", "c"].map((boot) => open.get(boot, "1") !== undefined)).toEqual([
    false,
    true,
    true,
  ]);
  // And takes no room any more.
  for (let i = 0; i < MAX_OPEN - 2; i++) open.add("c", session(`x${i}`));
  expect(open.get("b", "1")).toBeDefined();
});

describe("saved", () => {
  test("is read back the same", () => {
    const open = new OpenSessions();
    open.add("a", session("1"));
    open.add("b", undecided("2", 7));
    const again = OpenSessions.from(JSON.parse(JSON.stringify(open)));
    expect(again).toEqual(open);
    again.decide(7);
    expect(again.get("b", "2")!.isLogin).toBe(true);
  });

  test.each<[unknown]>([
    [[]],
    [{ a: {} }],
    [{ a: [["1", -1, 5, true]] }],
    [{ a: [["1", 1, 5, 1]] }],
  ])("%j is damaged", (value) => {
    expect(() => OpenSessions.from(value)).toThrow(SavedStateError);
  });
});

import { describe, expect, test } from "bun:test";
import type { Outcome } from "../../../src/model/auth/outcome.ts";
import { SavedStateError } from "../../../src/sources/saved_value.ts";
import { Tally } from "../../../src/model/auth/tally.ts";

const NOW_MS = 1_700_000_000_000;
const ALL: Outcome[] = [
  { kind: "failure", reason: "invalid_user", count: 3, timeMs: NOW_MS, address: "192.0.2.1" },
  { kind: "failure", reason: "bad_credentials", count: 1, timeMs: NOW_MS, address: undefined },
  { kind: "failure_origin", count: 1, timeMs: NOW_MS, address: "192.0.2.2" },
  { kind: "login", method: "publickey", user: "alice", root: false },
  { kind: "login", method: "password", user: "root", root: true },
  { kind: "console_root_login", count: 2 },
  { kind: "unauthenticated_disconnect" },
  { kind: "dropped_connection", count: 40 },
  { kind: "escalation", method: "sudo", user: "alice", success: true, count: 5 },
  { kind: "escalation", method: "su", user: "alice", success: false, count: 1 },
  { kind: "session_ended", seconds: 30 },
];

function tallyOf(outcomes: readonly Outcome[], live = true): Tally {
  const tally = new Tally();
  for (const outcome of outcomes) tally.take(outcome, live, NOW_MS);
  return tally;
}

test("everything is there from the start, at 0", () => {
  const { failures, logins, escalations } = new Tally();
  expect(failures).toEqual({ invalid_user: 0, bad_credentials: 0, no_credentials: 0 });
  expect(Object.values(logins)).toEqual(Array(8).fill(0));
  expect(escalations).toEqual({ sudo: { success: 0, failure: 0 }, su: { success: 0, failure: 0 } });
});

test("each outcome raises its own counters, by so many", () => {
  const tally = tallyOf(ALL);
  expect(tally.failures).toEqual({ invalid_user: 3, bad_credentials: 1, no_credentials: 0 });
  expect(tally.logins).toMatchObject({ publickey: 1, password: 1, none: 0 });
  expect(tally.escalations).toEqual({
    sudo: { success: 5, failure: 0 },
    su: { success: 0, failure: 1 },
  });
  expect(tally.rootLogins).toBe(3);
  expect([tally.unauthenticatedDisconnects, tally.droppedConnections]).toEqual([1, 40]);
  expect(tally.window.failures(NOW_MS)).toBe(4);
  expect(tally.window.sources(NOW_MS).count).toBe(2);
  expect(tally.durations).not.toEqual(new Tally().durations);
});

test("what happened before we began to count is in the last hour, and in no counter", () => {
  const tally = tallyOf(ALL, false);
  expect(tally.window.failures(NOW_MS)).toBe(4);
  expect(tally.window.sources(NOW_MS).count).toBe(2);
  const { window: _, ...counted } = JSON.parse(JSON.stringify(tally)) as Record<string, unknown>;
  const { window: __, ...nothing } = JSON.parse(JSON.stringify(new Tally())) as typeof counted;
  expect(counted).toEqual(nothing);
});

describe("saved", () => {
  const saved = () => JSON.parse(JSON.stringify(tallyOf(ALL))) as Record<string, unknown>;

  test("is read back the same", () => {
    expect(JSON.parse(JSON.stringify(Tally.from(saved())))).toEqual(saved());
  });

  test("a label value that a later version added starts at 0", () => {
    const { publickey: _, ...logins } = saved()["logins"] as Record<string, number>;
    expect(Tally.from({ ...saved(), logins }).logins).toMatchObject({ publickey: 0, password: 1 });
  });

  test("by 1.0.0, which had no users and durations: what it counted is nobody's in particular", () => {
    const { users: _, durations: __, ...old } = saved();
    const tally = Tally.from(old);
    const users = JSON.stringify(tally.users);
    expect(users).toContain('"other"');
    expect(users).not.toContain('"alice"');
    expect(tally.logins.publickey).toBe(1);
  });

  test.each([
    ["failures", { invalid_user: -1 }],
    ["failures", []],
    ["logins", { password: "1" }],
    ["escalations", { sudo: {}, su: { success: 0.5 } }],
    ["escalations", { sudo: {} }],
    ["rootLogins", null],
    ["unauthenticatedDisconnects", "1"],
    ["droppedConnections", undefined],
    ["window", 1],
    ["users", 1],
    ["durations", 1],
  ])("with %s as %j is refused", (name, value) => {
    expect(() => Tally.from({ ...saved(), [name]: value })).toThrow(SavedStateError);
  });
});

import { describe, expect, test } from "bun:test";
import { OTHER_USER, UserCounts } from "../../../src/model/auth/user_counts.ts";
import { Tally } from "../../../src/model/auth/tally.ts";
import { fuzz, FUZZ_TIMEOUT_MS } from "../../helpers/fuzz.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 12);
const known = (names: Record<string, string>) => (name: string) => names[name];

describe("a name", () => {
  test("of an account counts under the account's own name", () => {
    const counts = new UserCounts();
    counts.add("alice@example.com", "login password", 1, NOW_MS);
    counts.add("alice", "login password", 2, NOW_MS);
    counts.add("alice", "sudo failure", 3, NOW_MS);
    counts.settle(known({ "alice@example.com": "alice", alice: "alice" }), NOW_MS, 0);
    expect(counts.logins()).toEqual([{ username: "alice", method: "password", count: 3 }]);
    expect(counts.escalations()).toEqual([
      { username: "alice", method: "sudo", result: "failure", count: 3 },
    ]);
  });

  test("that a directory may know waits for its answer, then counts as other", () => {
    const counts = new UserCounts();
    counts.add("ldap", "login publickey", 1, NOW_MS);
    counts.settle(known({}), NOW_MS + 9_999, 10_000);
    expect(counts.logins()).toEqual([]);
    counts.settle(known({}), NOW_MS + 10_000, 10_000);
    expect(counts.logins()).toEqual([{ username: OTHER_USER, method: "publickey", count: 1 }]);
    // What was counted stays where it is; what comes when the name is known is its own.
    counts.add("ldap", "login publickey", 1, NOW_MS + 70_000);
    counts.settle(known({ ldap: "ldap" }), NOW_MS + 70_000, 0);
    expect(counts.logins()).toEqual([
      { username: OTHER_USER, method: "publickey", count: 1 },
      { username: "ldap", method: "publickey", count: 1 },
    ]);
  });

  test("that is longer than any account's counts as other at once, so that a state stays small", () => {
    const counts = new UserCounts();
    for (let i = 0; i < 2000; i++) counts.add(`${"x".repeat(7000)}${i}`, "su failure", 1, NOW_MS);
    expect(counts.escalations()).toEqual([
      { username: OTHER_USER, method: "su", result: "failure", count: 2000 },
    ]);
    expect(JSON.stringify(counts).length).toBeLessThan(1000);
  });

  test("of the longest length waits for its account, a longer one does not", () => {
    const counts = new UserCounts();
    counts.add("x".repeat(256), "su failure", 1, NOW_MS);
    expect(counts.escalations()).toEqual([]);
    counts.add("x".repeat(257), "su failure", 1, NOW_MS);
    expect(counts.escalations()).toHaveLength(1);
  });

  test("of an account that is deleted later keeps its count", () => {
    const counts = new UserCounts();
    counts.add("alice", "su success", 1, NOW_MS);
    counts.settle(known({ alice: "alice" }), NOW_MS, 0);
    counts.settle(known({}), NOW_MS + 1e9, 0);
    expect(counts.escalations()).toHaveLength(1);
  });
});

test("however many names there are, the counts stay bounded and none is lost", () => {
  const counts = new UserCounts();
  for (let i = 0; i < 3000; i++) counts.add(`x${i}`, "login password", 1, NOW_MS);
  for (let i = 0; i < 10; i++) {
    for (let j = 0; j < 1000; j++) counts.add(`y${i * 1000 + j}`, "login password", 1, NOW_MS);
    counts.settle((name) => name, NOW_MS, 0);
  }
  const rows = counts.logins();
  expect(rows.length).toBeLessThanOrEqual(4097);
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(13_000);
  expect(JSON.stringify(counts).length).toBeLessThan(400_000);
});

test(
  "over restarts, the sums by user are the sums without",
  async () => {
    await fuzz("counts by user", (random) => {
      let tally = new Tally();
      const names = ["alice", "bob", "nobody knows", "EX\\al", OTHER_USER];
      for (let i = random.below(40); i >= 0; i--) {
        const nowMs = NOW_MS + i * 1000;
        const user = random.pick(names);
        if (random.chance(0.5)) {
          const method = random.pick(["password", "other"] as const);
          tally.take({ kind: "login", method, user, root: false }, random.chance(0.9), nowMs);
        } else {
          const method = random.pick(["sudo", "su"] as const);
          const [success, count] = [random.chance(0.5), 1 + random.below(3)];
          tally.take({ kind: "escalation", method, user, success, count }, true, nowMs);
        }
        if (random.chance(0.3))
          tally.users.settle(known({ alice: "alice", bob: "alice" }), nowMs, 10_000);
        if (random.chance(0.2)) tally = Tally.from(JSON.parse(JSON.stringify(tally)));
      }
      tally.users.settle(() => undefined, NOW_MS + 1e9, 0);
      for (const method of ["password", "other"] as const) {
        const rows = tally.users.logins().filter((row) => row.method === method);
        expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(tally.logins[method]);
      }
      for (const method of ["sudo", "su"] as const) {
        for (const result of ["success", "failure"] as const) {
          const rows = tally.users.escalations();
          const own = rows.filter((row) => row.method === method && row.result === result);
          expect(own.reduce((sum, { count }) => sum + count, 0)).toBe(
            tally.escalations[method][result],
          );
        }
      }
    });
  },
  FUZZ_TIMEOUT_MS,
);

test("what 1.0.0 counted, which did not count by user, is nobody's in particular", () => {
  const old = JSON.parse(JSON.stringify(new Tally()));
  delete old.users;
  old.logins.password = 5;
  old.escalations.su.failure = 2;
  const tally = Tally.from(old);
  expect(tally.users.logins()).toEqual([{ username: OTHER_USER, method: "password", count: 5 }]);
  expect(tally.users.escalations()).toEqual([
    { username: OTHER_USER, method: "su", result: "failure", count: 2 },
  ]);
});

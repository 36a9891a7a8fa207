import { expect, test } from "bun:test";
import { Attempts } from "../../src/model/auth/attempts.ts";
import { Tally } from "../../src/model/auth/tally.ts";
import { AttemptLines } from "./attempt_lines.ts";
import type { Counts } from "./auth_counts.ts";
import { randomFrom } from "./fuzz.ts";

test("at each line, what was logged so far is what the exporter has counted", () => {
  const lines = new AttemptLines(randomFrom(1), 5);
  const attempts = new Attempts();
  const tally = new Tally();
  for (let i = 0; i < 2000; i++) {
    const record = { timeMs: i, identifier: "sshd", copies: 1, ...lines.next() };
    attempts.take(record, (outcome) => tally.take(outcome, true, i));
    const { failures, logins, unauthenticatedDisconnects: unauthenticated } = tally;
    const counted: Counts = { ...failures, "login password": logins.password, unauthenticated };
    for (const name of Object.keys(counted)) if (counted[name] === 0) delete counted[name];
    expect(counted).toEqual(lines.counts);
  }
});

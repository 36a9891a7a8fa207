/** The state that 1.0.0 saved, which knew less, is taken over. */
import { expect, test } from "bun:test";
import { Attempts } from "../../../src/model/auth/attempts.ts";
import type { Outcome } from "../../../src/model/auth/outcome.ts";
import { lines, sum } from "./samples.ts";

const OLD = {
  connections: {
    // pid, address, port, failures, named, invalid, pamCounted, lastMs
    open: [
      [7, "192.0.2.1", 4000, 0, true, false, false, 1_000_000],
      [8, null, null, 2, true, false, true, 1_000_000],
    ],
    loggedIn: [["192.0.2.3 50", 20]],
  },
  escalations: { pending: [["bob", 1_000_000]], rust: true },
  throttle: { pid: 1, counted: 3 },
  recordMs: 1_000_000,
  arrivedMs: null,
};

test("connections and runs go on where 1.0.0 left them", () => {
  const attempts = Attempts.from(structuredClone(OLD));
  const outcomes: Outcome[] = [];
  const records = [
    ...lines("sshd", 7, [
      "Connection closed by authenticating user al 192.0.2.1 port 4000 [preauth]",
    ]),
    ...lines("sshd", 8, ["Failed keyboard-interactive/pam for al from 192.0.2.2 port 4001 ssh2"]),
    ...lines("sshd", 20, ["Connection closed by 192.0.2.3 port 50"]),
    ...lines("sshd", 1, ["exited MaxStartups throttling after 00:06:00, 5 connections dropped"]),
    ...lines("sudo", undefined, ["bob : TTY=/dev/pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id"]),
  ];
  for (const record of records) record.timeMs = 1_001_000;
  for (const record of records) attempts.take(record, (outcome) => outcomes.push(outcome));
  expect(sum(outcomes)).toEqual({ no_credentials: 1, D: 2, "sudo success": 1 });
});

test("what is saved now is read back the same", () => {
  const attempts = Attempts.from(structuredClone(OLD));
  const saved = JSON.stringify(attempts);
  expect(JSON.stringify(Attempts.from(JSON.parse(saved)))).toBe(saved);
});

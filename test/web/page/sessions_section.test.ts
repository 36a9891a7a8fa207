import { expect, test } from "bun:test";
import { sessionsSection } from "../../../src/web/page/sessions_section.ts";
import { SHELL, TUNNELS, UNKNOWN, rows } from "./summaries.ts";

const NOW = 1000;

test("the sessions of one user stand together, with short ages", () => {
  const bob = { ...SHELL, user: "bob", from: "", startSeconds: -200_000 };
  const sessions = [TUNNELS, bob, SHELL];
  const realNames = new Map([["alice", "Alice Liddell"]]);
  expect(rows(sessionsSection({ ...UNKNOWN, sessions, realNames }, NOW))).toEqual([
    ["alice Alice Liddell"],
    ["ssh-npty × 2", "–", "203.0.113.9", "–", "–"],
    ["terminal", "pts/3", "203.0.113.9", "–", "1 min"],
    ["bob"],
    ["terminal", "pts/3", "–", "2 d", "1 min"],
  ]);
});

test("that nobody is logged in is something else than not to know", () => {
  expect(sessionsSection({ ...UNKNOWN, sessions: [] }, NOW).text).toContain("Nobody is logged in");
  expect(sessionsSection(UNKNOWN, NOW).text).toContain("Not known: no source tells of sessions");
});

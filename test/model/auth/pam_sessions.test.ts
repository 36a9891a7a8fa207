import { expect, test } from "bun:test";
import { MAX_OPEN } from "../../../src/model/auth/open_sessions.ts";
import { PamSessions } from "../../../src/model/auth/pam_sessions.ts";
import { SavedStateError } from "../../../src/sources/saved_value.ts";

test("a session lasts from its opening to its end, by its pid", () => {
  const sessions = new PamSessions();
  expect(sessions.wereSeen).toBe(false);
  sessions.open(1, 1000);
  sessions.open(2, 2000);
  expect(sessions.close(1, 3500)).toBe(2.5);
  expect(sessions.close(1, 3600)).toBeUndefined();
  expect(sessions.close(3, 3700)).toBeUndefined();
  expect(sessions.wereSeen).toBe(true);
});

test("a pid that is used again has a new session; the one before never ended", () => {
  const sessions = new PamSessions();
  sessions.open(1, 1000);
  sessions.open(1, 9000);
  expect(sessions.close(1, 10_000)).toBe(1);
});

test("a clock that was set back makes no negative time", () => {
  const sessions = new PamSessions();
  sessions.open(1, 10_000);
  expect(sessions.close(1, 4000)).toBe(0);
});

test("the oldest are forgotten beyond the limit", () => {
  const sessions = new PamSessions();
  for (let pid = 0; pid <= MAX_OPEN; pid++) sessions.open(pid, 1000);
  expect(sessions.close(0, 2000)).toBeUndefined();
  expect(sessions.close(1, 2000)).toBe(1);
});

test("is read back the same", () => {
  const sessions = new PamSessions();
  sessions.open(7, 1000);
  const again = PamSessions.from(JSON.parse(JSON.stringify(sessions)));
  expect(again).toEqual(sessions);
  expect(() => PamSessions.from({ wereSeen: 1, open: [] })).toThrow(SavedStateError);
  expect(() => PamSessions.from({ wereSeen: true, open: [[1, null]] })).toThrow(SavedStateError);
});

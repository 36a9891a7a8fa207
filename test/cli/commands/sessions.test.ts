import { expect, test } from "bun:test";
import { toRow } from "../../../src/cli/commands/sessions.ts";
import type { Session } from "../../../src/model/sessions/session.ts";

const SESSION: Session = {
  user: "alice",
  tty: "pts/0",
  fromIp: "203.0.113.9",
  type: "terminal",
  startSeconds: new Date(2026, 10, 23, 14, 46).getTime() / 1000,
  lastInputSeconds: 1000,
};

test("a row shows who, how, where, from where, since when and how long idle", () => {
  expect(toRow(SESSION, 1090)).toEqual([
    "alice",
    "terminal",
    "pts/0",
    "203.0.113.9",
    "2026-11-23 14:46",
    "1m 30s",
  ]);
});

test("what is not known is a dash", () => {
  const unknown = { tty: "", fromIp: "", startSeconds: undefined, lastInputSeconds: undefined };
  expect(toRow({ ...SESSION, ...unknown }, 0).slice(2)).toEqual(["-", "-", "-", "-"]);
});

test("a name can't move the terminal's cursor", () => {
  const evil = { ...SESSION, user: "a\u001b[2J", tty: "b\n", fromIp: "c\r" };
  expect(toRow(evil, 0).join("")).not.toMatch(/\p{Cc}/u);
});

import { expect, test } from "bun:test";
import { type Session, compareSessions } from "../../../src/model/sessions/session.ts";

const session = (user: string, type: Session["type"], tty: string, fromIp = ""): Session => ({
  user,
  type,
  tty,
  fromIp,
  startSeconds: undefined,
  lastInputSeconds: undefined,
});

test("sessions stand by user, type, terminal and address, terminals by their numbers", () => {
  const ordered = [
    session("alice", "graphical", ":0"),
    session("alice", "ssh-npty", "", "192.0.2.1"),
    session("alice", "ssh-npty", "", "192.0.2.2"),
    session("alice", "terminal", "pts/9"),
    session("alice", "terminal", "pts/10"),
    session("alice", "terminal", "tty2"),
    session("alice", "vnc", "vnc:1"),
    session("bob", "graphical", ":0"),
  ];
  expect(ordered.toReversed().sort(compareSessions)).toEqual(ordered);
  expect(ordered.toSorted(compareSessions)).toEqual(ordered);
});

test("only what is the same in all four is equal, also where numbers are", () => {
  const compare = (a: string, b: string) =>
    Math.sign(compareSessions(session("a", "vnc", a), session("a", "vnc", b)));
  expect(compare("vnc:1", "vnc:1")).toBe(0);
  expect([compare("vnc:1", "vnc:01"), compare("vnc:01", "vnc:1")]).toEqual([1, -1]);
  expect([compare("vnc:1", "vnc:1x"), compare("vnc:1x", "vnc:1")]).toEqual([-1, 1]);
});

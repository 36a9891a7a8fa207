import { expect, test } from "bun:test";
import { Claims } from "../../../src/model/sessions/claims.ts";
import { ALICE, FakeHost } from "./fake_host.ts";

test("a connection takes its processes, its terminals and its logind session", async () => {
  using tree = new FakeHost().ssh(100, ALICE, "alice");
  tree.process({ pid: 103, parentPid: 101, uid: ALICE, comm: "bash" });
  const host = await tree.index();
  const claims = new Claims();
  expect(claims.hasAncestor(host, 103)).toBe(false);
  claims.take({ user: "alice", ttys: ["pts/1", "pts/4"], pid: 101, row: 2, leaderPid: 100 }, "5");
  expect(["pts/1", "pts/4", "pts/5"].map((tty) => claims.hasTty(tty))).toEqual([true, true, false]);
  expect([claims.hasLogind("5"), claims.hasLogind("6")]).toEqual([true, false]);
  expect([100, 101, 103, 1].map((pid) => claims.hasAncestor(host, pid))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test("a connection without a logind session takes none, and no terminal is none", () => {
  const claims = new Claims();
  claims.take({ user: "alice", ttys: [], pid: 101, row: 2, leaderPid: 100 }, undefined);
  claims.takeTty("");
  expect([claims.hasLogind("undefined"), claims.hasTty("")]).toEqual([false, false]);
});

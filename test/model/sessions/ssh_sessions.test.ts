/** What sessions SSH connections are, and which records are theirs. */
import { describe, expect, test } from "bun:test";
import { ALICE, BOB, FakeHost, START_SECONDS } from "./fake_host.ts";

test("several ptys of one connection are several sessions", async () => {
  using host = new FakeHost().ssh(100, ALICE, "alice", "@pts/1,pts/4");
  expect(await host.rows()).toEqual(["alice terminal pts/1 -", "alice terminal pts/4 -"]);
});

test("VS Code's ptys, which nobody logged in on, are no sessions", async () => {
  using host = new FakeHost()
    .ssh(100, ALICE, "alice")
    .process({ pid: 110, parentPid: 101, uid: ALICE, comm: "bash", args: ["bash"] })
    .process({ pid: 111, parentPid: 110, uid: ALICE, comm: "node", args: ["server-main.js"] })
    .process({ pid: 112, parentPid: 111, uid: ALICE, comm: "bash", args: ["bash"], pty: 7 });
  expect(await host.rows()).toEqual(["alice ssh-npty - -"]);
});

describe("a start", () => {
  test("is that of the shell on its pty, not with the connection", async () => {
    using host = new FakeHost().ssh(100, ALICE, "alice", "@pts/1").process({
      pid: 102,
      parentPid: 101,
      uid: ALICE,
      comm: "bash",
      args: ["-bash"],
      pty: 1,
      startSeconds: START_SECONDS + 60,
    });
    expect((await host.sessions())[0]?.startSeconds).toBe(START_SECONDS + 60);
  });

  test("is utmp's, where it has an entry of that terminal", async () => {
    using host = new FakeHost()
      .ssh(100, ALICE, "alice", "@pts/1")
      .utmp({ pid: 100, line: "pts/1", user: "alice", seconds: START_SECONDS + 7 })
      .process({ pid: 102, parentPid: 101, uid: ALICE, comm: "bash", args: ["-bash"], pty: 1 });
    expect((await host.sessions())[0]!.startSeconds).toBe(START_SECONDS + 7);
  });

  test("without a terminal is logind's, else that of the connection", async () => {
    using host = new FakeHost().ssh(100, ALICE, "alice");
    expect((await host.sessions())[0]!.startSeconds).toBe(START_SECONDS);
    host.logind("5", { UID: ALICE, LEADER: 100, REALTIME: (START_SECONDS + 9) * 1e6 });
    expect((await host.sessions())[0]!.startSeconds).toBe(START_SECONDS + 9);
  });
});

describe("logind's session", () => {
  const A = "192.0.2.1";
  const B = "192.0.2.2";

  test("is not one that is closing, whose leader had the same pid", async () => {
    using host = new FakeHost()
      .ssh(100, ALICE, "alice")
      .logind("5", { UID: ALICE, LEADER: 100, STATE: "closing", SERVICE: "sshd", REMOTE_HOST: A })
      .logind("6", { UID: BOB, LEADER: 100, SERVICE: "sshd", REMOTE_HOST: A })
      .logind("7", { UID: ALICE, LEADER: 100, SERVICE: "sshd", REMOTE_HOST: B });
    expect((await host.rows()).filter((row) => row.startsWith("alice"))).toEqual([
      `alice ssh-npty - ${B}`,
    ]);
  });

  test("is the one whose control group the connection is in, where no leader tells", async () => {
    using host = new FakeHost().logind("5", {
      UID: ALICE,
      LEADER: 99,
      SERVICE: "sshd",
      REMOTE_HOST: A,
    });
    const title = ["sshd-session: alice@notty"];
    host.process({ pid: 100, comm: "sshd-session", args: ["sshd-session: alice [priv]"] }).process({
      pid: 101,
      parentPid: 100,
      uid: ALICE,
      comm: "sshd-session",
      args: title,
      session: "5",
    });
    expect(await host.rows()).toEqual([`alice ssh-npty - ${A}`]);
  });

  test("is made a session of once", async () => {
    using host = new FakeHost()
      .ssh(100, ALICE, "alice", "@pts/1")
      .logind("5", { UID: ALICE, LEADER: 100, SERVICE: "sshd", TYPE: "tty", TTY: "pts/1" })
      .utmp({ pid: 100, line: "pts/1", user: "alice" });
    expect(await host.rows()).toEqual(["alice terminal pts/1 -"]);
  });
});

test("an entry of utmp that an earlier session left on the terminal is not this one's", async () => {
  using host = new FakeHost()
    .ssh(100, ALICE, "alice", "@pts/1")
    .utmp({ pid: 99, line: "pts/1", user: "bob", host: "192.0.2.66", seconds: START_SECONDS - 50 });
  expect(await host.rows()).toEqual(["alice terminal pts/1 -"]);
  expect((await host.sessions())[0]!.startSeconds).not.toBe(START_SECONDS - 50);
});

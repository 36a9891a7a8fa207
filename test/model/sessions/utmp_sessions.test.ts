/** Sessions that utmp tells of: what no captured host has. */
import { describe, expect, test } from "bun:test";
import { ALICE, BOB, FakeHost, START_SECONDS } from "./fake_host.ts";

describe("utmp", () => {
  const shell = { pid: 200, uid: ALICE, comm: "bash", args: ["-bash"], pty: 0 };
  const login = { pid: 200, line: "pts/0", user: "alice" };

  test("a login that only utmp knows", async () => {
    using host = new FakeHost().process(shell).utmp({ ...login, host: "192.0.2.3" });
    expect(await host.rows()).toEqual(["alice terminal pts/0 192.0.2.3"]);
  });

  test.each([
    ["its process is gone", { ...login, pid: 999 }],
    ["its pid is another process's", { ...login, line: "pts/7", seconds: START_SECONDS - 60 }],
    ["its pty is gone", { ...login, line: "pts/55" }],
    ["a tmux pane", { ...login, host: "tmux(321).%0" }],
    ["a screen window", { ...login, host: ":pts/1:S.0" }],
    ["a mosh without a client", { ...login, host: "mosh [200]" }],
  ])("no session: %s", async (_, record) => {
    using host = new FakeHost().process(shell).tty("pts/7").utmp(record);
    expect(await host.rows()).toEqual([]);
  });

  test("after the clock was set forward, the terminal tells that the process is the entry's", async () => {
    using host = new FakeHost().process(shell).utmp({ ...login, seconds: START_SECONDS - 3600 });
    expect(await host.rows()).toEqual(["alice terminal pts/0 -"]);
    using monitored = new FakeHost()
      .process({ pid: 199, comm: "login", args: ["login"] })
      .process({ ...shell, parentPid: 199 })
      .utmp({ ...login, pid: 199, seconds: START_SECONDS - 3600 });
    expect(await monitored.rows()).toEqual(["alice terminal pts/0 -"]);
  });

  test("a zombie is no login", async () => {
    using host = new FakeHost().process({ ...shell, state: "Z" }).utmp(login);
    expect(await host.rows()).toEqual([]);
  });

  test("a mosh client's address", async () => {
    using host = new FakeHost()
      .process({ ...shell, comm: "mosh-server" })
      .utmp({ ...login, host: "192.0.2.4 via mosh [200]" });
    expect(await host.rows()).toEqual(["alice terminal pts/0 192.0.2.4"]);
  });

  test("two entries of one line are one session, the newer one", async () => {
    using host = new FakeHost()
      .process({ ...shell, pid: 201, uid: BOB, startSeconds: START_SECONDS })
      .process(shell)
      .utmp({ ...login, seconds: START_SECONDS + 1 })
      .utmp({ pid: 201, line: "pts/0", user: "bob", seconds: START_SECONDS + 2 });
    expect(await host.rows()).toEqual(["bob terminal pts/0 -"]);
  });

  test("sudo's entry inside an SSH session is none", async () => {
    using host = new FakeHost()
      .ssh(100, ALICE, "alice", "@pts/1")
      .process({ pid: 110, parentPid: 101, uid: 0, comm: "sudo", args: ["sudo", "-i"], pty: 1 })
      .tty("pts/2")
      .utmp({ pid: 110, line: "pts/2", user: "alice", host: "192.0.2.3" });
    expect(await host.rows()).toEqual(["alice terminal pts/1 -"]);
  });
});

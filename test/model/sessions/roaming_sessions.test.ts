/** Logins that outlive the SSH connection that began them, where utmp does not tell of them. */
import { describe, expect, test } from "bun:test";
import { ALICE, BOB, FakeHost, START_SECONDS } from "./fake_host.ts";

const MOSH = { pid: 300, uid: ALICE, comm: "mosh-server", args: ["mosh-server", "new"] };
const SHELL = { pid: 301, parentPid: 300, uid: ALICE, comm: "bash", args: ["-bash"], pty: 3 };
const closing = { UID: ALICE, LEADER: 200, STATE: "closing", SERVICE: "sshd", TYPE: "tty" };

describe("mosh", () => {
  test("its shell's terminal, while the SSH session that started it is closing", async () => {
    using host = new FakeHost()
      .process({ ...MOSH, session: "7" })
      .process({ ...SHELL, session: "7" })
      .logind("7", closing);
    expect(await host.rows()).toEqual(["alice terminal pts/3 -"]);
    expect((await host.sessions())[0]!.startSeconds).toBe(START_SECONDS);
  });

  test("Eternal Terminal likewise", async () => {
    using host = new FakeHost().process({ ...MOSH, comm: "etterminal" }).process(SHELL);
    expect(await host.rows()).toEqual(["alice terminal pts/3 -"]);
  });

  test("so many of a user at most; another user's count for that user", async () => {
    using host = new FakeHost();
    for (let i = 0; i < 120; i++) {
      host.process({ ...MOSH, pid: 1000 + 2 * i });
      host.process({ ...SHELL, pid: 1001 + 2 * i, parentPid: 1000 + 2 * i, pty: i });
    }
    host.process({ ...MOSH, pid: 5000, uid: BOB });
    host.process({ ...SHELL, pid: 5001, parentPid: 5000, uid: BOB, pty: 200 });
    const users = (await host.sessions()).map(({ user }) => user);
    expect(users.filter((user) => user === "alice")).toHaveLength(100);
    expect(users.filter((user) => user === "bob")).toHaveLength(1);
  });

  test("utmp, where it has an entry, tells whether a client is attached", async () => {
    using host = new FakeHost().process(MOSH).process(SHELL);
    host.utmp({ pid: 300, line: "pts/3", user: "alice", host: "mosh [300]" });
    expect(await host.rows()).toEqual([]);
    using attached = new FakeHost().process(MOSH).process(SHELL);
    const text = "192.0.2.4 via mosh [300]";
    attached.utmp({ pid: 300, line: "pts/3", user: "alice", host: text });
    expect(await attached.rows()).toEqual(["alice terminal pts/3 192.0.2.4"]);
  });

  test("a server without a shell, a set-uid one, and one in a container are no login", async () => {
    using host = new FakeHost()
      .process(MOSH)
      .process({ ...MOSH, pid: 310, uid: 0, realUid: BOB })
      .process({ ...SHELL, pid: 311, parentPid: 310, uid: 0 })
      .process({ ...MOSH, pid: 320, pidNamespaces: 2 })
      .process({ ...SHELL, pid: 321, parentPid: 320, pty: 4 });
    expect(await host.rows()).toEqual([]);
  });

  test("one that was started in a session which is open is none of its own", async () => {
    using host = new FakeHost()
      .ssh(100, ALICE, "alice", "@pts/1")
      .logind("5", { UID: ALICE, LEADER: 100, SERVICE: "sshd", TYPE: "tty" })
      .process({ ...MOSH, session: "5" })
      .process(SHELL);
    expect(await host.rows()).toEqual(["alice terminal pts/1 -"]);
  });

  test("what else was left behind is detached: tmux, screen, expect", async () => {
    using host = new FakeHost().logind("7", closing);
    for (const [i, comm] of ["tmux: server", "screen", "expect", "zellij", "dtach"].entries()) {
      const pid = 300 + 10 * i;
      host.process({ ...MOSH, pid, comm, session: "7" });
      host.process({ ...SHELL, pid: pid + 1, parentPid: pid, pty: i, session: "7" });
    }
    expect(await host.rows()).toEqual([]);
  });
});

/** SSH sessions by the titles of sshd's processes: what no captured host has, and what forgers try. */
import { describe, expect, test } from "bun:test";
import { ALICE, BOB, FakeHost, START_SECONDS } from "./fake_host.ts";

describe("titles", () => {
  test.each([
    ["@notty", "alice ssh-npty - -"],
    ["", "alice ssh-npty - -"],
    ["@pts/3", "alice terminal pts/3 -"],
  ])("alice%s is %s", async (channel, row) => {
    using host = new FakeHost().ssh(100, ALICE, "alice", channel);
    expect(await host.rows()).toEqual([row]);
  });

  test("several ptys of one connection are several sessions", async () => {
    using host = new FakeHost().ssh(100, ALICE, "alice", "@pts/1,pts/4");
    expect(await host.rows()).toEqual(["alice terminal pts/1 -", "alice terminal pts/4 -"]);
  });

  test.each(["alice [net]", "alice [pam]", "[accepted]", "unknown [priv]", "alice@internal-sftp"])(
    "%s is no session",
    async (title) => {
      using host = new FakeHost().ssh(100, ALICE, "alice");
      host.process({
        pid: 101,
        parentPid: 100,
        uid: ALICE,
        comm: "sshd-session",
        args: [`sshd-session: ${title}`],
      });
      expect(await host.rows()).toEqual([]);
    },
  );

  test("OpenSSH 10.5 calls the monitor [postauth]", async () => {
    using host = new FakeHost()
      .process({ pid: 100, comm: "sshd-session", args: ["sshd-session: alice [postauth]"] })
      .process({
        pid: 101,
        parentPid: 100,
        uid: ALICE,
        comm: "sshd-session",
        args: ["sshd-session: alice@pts/1"],
      });
    expect(await host.rows()).toEqual(["alice terminal pts/1 -"]);
  });

  test("a name with an @ in it, of a user that only sshd knows", async () => {
    using host = new FakeHost().ssh(100, 70_000, "EXAMPLE\\carl@corp.example", "@pts/2");
    expect(await host.rows()).toEqual(["EXAMPLE\\carl@corp.example terminal pts/2 -"]);
    using tunnel = new FakeHost().ssh(100, 70_000, "carl@corp.example", "");
    expect(await tunnel.rows()).toEqual(["carl@corp.example ssh-npty - -"]);
  });

  test("a zombie that still bears sshd's name is no session", async () => {
    using host = new FakeHost().process({ pid: 100, comm: "sshd", state: "Z" });
    expect(await host.rows()).toEqual([]);
  });

  test("VS Code's ptys, which nobody logged in on, are no sessions", async () => {
    using host = new FakeHost()
      .ssh(100, ALICE, "alice")
      .process({ pid: 110, parentPid: 101, uid: ALICE, comm: "bash", args: ["bash"] })
      .process({ pid: 111, parentPid: 110, uid: ALICE, comm: "node", args: ["server-main.js"] })
      .process({ pid: 112, parentPid: 111, uid: ALICE, comm: "bash", args: ["bash"], pty: 7 });
    expect(await host.rows()).toEqual(["alice ssh-npty - -"]);
  });

  test("the session begins with the shell on its pty, not with the connection", async () => {
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
});

describe("forgers", () => {
  const title = ["sshd-session: root@pts/9"];

  test("a user's own process with a title like sshd's", async () => {
    using host = new FakeHost()
      .process({ pid: 100, uid: BOB, comm: "sshd-session", args: ["sshd-session: root [priv]"] })
      .process({ pid: 101, parentPid: 100, uid: BOB, comm: "sshd-session", args: title });
    expect(await host.rows()).toEqual([]);
  });

  test("a set-uid program that a user started under sshd's name", async () => {
    using host = new FakeHost().process({
      pid: 100,
      uid: 0,
      realUid: BOB,
      comm: "sshd-session",
      args: title,
    });
    expect(await host.rows()).toEqual([]);
  });

  test("what such a program starts as another user", async () => {
    using host = new FakeHost().ssh(100, ALICE, "alice");
    host.process({
      pid: 100,
      uid: 0,
      realUid: BOB,
      comm: "sshd-session",
      args: ["sshd-session: alice [priv]"],
    });
    expect(await host.rows()).toEqual([]);
  });

  test("none of them gives a user that only sshd knows another name", async () => {
    using host = new FakeHost().ssh(100, 70_000, "root");
    host.process({
      pid: 100,
      uid: 0,
      realUid: 70_000,
      comm: "sshd-session",
      args: ["sshd-session: root [priv]"],
    });
    expect(await host.rows()).toEqual([]);
    host.logind("5", { UID: 70_000, LEADER: 1, TYPE: "tty", TTY: "tty1", SERVICE: "login" });
    expect(await host.rows()).toEqual(["70000 terminal tty1 -"]);
  });

  test("a login to a container is none to the host", async () => {
    using host = new FakeHost().ssh(100, ALICE, "alice");
    host.process({
      pid: 101,
      parentPid: 100,
      uid: ALICE,
      comm: "sshd-session",
      args: ["sshd-session: alice@notty"],
      pidNamespaces: 2,
    });
    expect(await host.rows()).toEqual([]);
  });
});

describe("addresses", () => {
  const A = "192.0.2.1";
  const B = "192.0.2.2";

  test("logind's, found by the monitor", async () => {
    using host = new FakeHost()
      .ssh(100, ALICE, "alice")
      .logind("5", { UID: ALICE, LEADER: 100, SERVICE: "sshd", TYPE: "tty", REMOTE_HOST: A });
    expect(await host.rows()).toEqual([`alice ssh-npty - ${A}`]);
  });

  test("a host name, where UseDNS gave no address", async () => {
    using host = new FakeHost()
      .ssh(100, ALICE, "alice")
      .logind("5", { UID: ALICE, LEADER: 100, SERVICE: "sshd", REMOTE_HOST: "pc.example" });
    expect(await host.rows()).toEqual(["alice ssh-npty - pc.example"]);
  });

  test("none is guessed: the only socket may be somebody's who has not logged in", async () => {
    using host = new FakeHost().ssh(100, ALICE, "alice", "@pts/1").tcp(22, 0).tcp(22, 0, A);
    expect(await host.rows()).toEqual(["alice terminal pts/1 -"]);
  });

  test("not that of a session that is closing, whose leader had the same pid", async () => {
    using host = new FakeHost()
      .ssh(100, ALICE, "alice")
      .logind("5", { UID: ALICE, LEADER: 100, STATE: "closing", SERVICE: "sshd", REMOTE_HOST: A })
      .logind("6", { UID: BOB, LEADER: 100, SERVICE: "sshd", REMOTE_HOST: A })
      .logind("7", { UID: ALICE, LEADER: 100, SERVICE: "sshd", REMOTE_HOST: B });
    expect((await host.rows()).filter((row) => row.startsWith("alice"))).toEqual([
      `alice ssh-npty - ${B}`,
    ]);
  });

  test("a forwarded channel's socket is its user's, and no peer", async () => {
    using host = new FakeHost().ssh(100, ALICE, "alice").tcp(22, 0).tcp(22, ALICE, A);
    expect(await host.rows()).toEqual(["alice ssh-npty - -"]);
  });

  test("that of the socket which monitor and user's process hold, where that can be seen", async () => {
    using host = new FakeHost().ssh(100, ALICE, "alice").tcp(22, 0).tcp(22, 0, A).tcp(22, 0, B);
    host.sockets(100, 5002).sockets(101, 5002, 5001);
    expect(await host.rows()).toEqual([`alice ssh-npty - ${B}`]);
  });

  test("not that of a socket which is not root's, though both hold it", async () => {
    using host = new FakeHost().ssh(100, ALICE, "alice").tcp(22, 0).tcp(22, ALICE, A);
    host.sockets(100, 5001).sockets(101, 5001);
    expect(await host.rows()).toEqual(["alice ssh-npty - -"]);
  });
});

describe("servers of other kinds", () => {
  const roots = { pid: 101, comm: "sshd", args: ["sshd: root@pts/1"] };

  test.each([
    ["its listener", { comm: "sshd", args: ["sshd: /usr/sbin/sshd -D [listener] 0 of 10-100"] }],
    ["a listener of before OpenSSH 8.2", { comm: "sshd", args: ["/usr/sbin/sshd", "-D"] }],
    ["an inetd", { comm: "xinetd", args: ["xinetd"] }],
    ["who takes over when the listener is restarted", { comm: "tini", args: ["tini"] }],
  ])("root's one process, a child of %s", async (_, parent) => {
    using host = new FakeHost()
      .process({ pid: 100, ...parent })
      .process({ ...roots, parentPid: 100 });
    expect(await host.rows()).toEqual(["root terminal pts/1 -"]);
  });

  test("what root's process starts under its own title is no second session", async () => {
    using host = new FakeHost()
      .process(roots)
      .process({ ...roots, pid: 102, parentPid: 101, args: ["sshd: root@pts/1"] });
    expect(await host.rows()).toEqual(["root terminal pts/1 -"]);
  });
});

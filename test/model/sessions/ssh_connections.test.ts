/** SSH sessions by the titles of sshd's processes: what no captured host has, and what forgers try. */
import { describe, expect, test } from "bun:test";
import { ALICE, BOB, FakeHost } from "./fake_host.ts";

describe("titles", () => {
  test.each([
    ["@notty", "alice ssh-npty - -"],
    ["", "alice ssh-npty - -"],
    ["@pts/3", "alice terminal pts/3 -"],
  ])("alice%s is %s", async (channel, row) => {
    using host = new FakeHost().ssh(100, ALICE, "alice", channel);
    expect(await host.rows()).toEqual([row]);
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

describe("dropbear", () => {
  const listener = { pid: 100, comm: "dropbear", args: ["dropbear", "-F"] };
  const child = { pid: 101, parentPid: 100, comm: "dropbear", args: ["dropbear", "-F"] };
  const shell = { pid: 102, parentPid: 101, uid: ALICE, comm: "bash", args: ["-bash"], pty: 3 };

  test("a connection is its user's by the uid that it took, or by what it started", async () => {
    using taken = new FakeHost().process(listener).process({ ...child, uid: ALICE });
    expect(await taken.rows()).toEqual(["alice ssh-npty - -"]);
    using started = new FakeHost().process(listener).process(child).process(shell);
    expect(await started.rows()).toEqual(["alice terminal pts/3 -"]);
  });

  test("a client that has not logged in is nobody, nor is a child of another's dropbear", async () => {
    using waiting = new FakeHost().process(listener).process(child);
    expect(await waiting.rows()).toEqual([]);
    using own = new FakeHost().process({ ...listener, uid: BOB }).process({ ...child, uid: BOB });
    expect(await own.rows()).toEqual([]);
  });
});

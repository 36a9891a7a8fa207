/** Sessions that logind, utmp or VNC servers tell of: what no captured host has. */
import { describe, expect, test } from "bun:test";
import { ALICE, BOB, FakeHost, START_SECONDS } from "./fake_host.ts";

const leader = (pid: number) => ({ pid, comm: "gdm-session-wor", args: ["gdm-session-worker"] });

describe("logind", () => {
  const x11 = { UID: ALICE, LEADER: 100, TYPE: "x11", SERVICE: "gdm-password" };

  test.each([
    [{ TTY: "tty2" }, "alice graphical tty2 -"],
    [{ DISPLAY: ":0" }, "alice graphical :0 -"],
    [{ TYPE: "wayland", TTY: "tty3" }, "alice graphical tty3 -"],
  ])("a desktop with %j", async (keys, row) => {
    using host = new FakeHost().process(leader(100)).logind("2", { ...x11, ...keys });
    expect(await host.rows()).toEqual([row]);
  });

  test.each([
    "greeter",
    "lock-screen",
    "manager",
    "manager-early",
    "background",
    "background-light",
  ])("the class %s is no login", async (CLASS) => {
    using host = new FakeHost().process(leader(100)).logind("c1", { ...x11, CLASS });
    expect(await host.rows()).toEqual([]);
  });

  test("a session that is closing, or whose leader is gone, is none", async () => {
    using host = new FakeHost()
      .process(leader(100))
      .logind("2", { ...x11, STATE: "closing" })
      .logind("3", { ...x11, LEADER: 300 });
    expect(await host.rows()).toEqual([]);
  });

  test("a leader that is younger than the session is another process", async () => {
    using host = new FakeHost()
      .process({ ...leader(100), startSeconds: START_SECONDS + 60 })
      .logind("2", x11);
    expect(await host.rows()).toEqual([]);
  });

  test("unless the clock was set forward: then its control group tells that it is the leader", async () => {
    using host = new FakeHost()
      .process({ ...leader(100), startSeconds: START_SECONDS + 3600, session: "2" })
      .logind("2", { ...x11, TTY: "tty2" });
    expect(await host.rows()).toEqual(["alice graphical tty2 -"]);
  });

  test("a terminal emulator on a desktop is no session of its own", async () => {
    using host = new FakeHost()
      .process(leader(100))
      .logind("2", { ...x11, TTY: "tty2" })
      .process({ pid: 200, uid: ALICE, comm: "xterm", args: ["xterm"], pty: 0, session: "2" })
      .utmp({ pid: 200, line: "pts/0", user: "alice", host: ":0" });
    expect(await host.rows()).toEqual(["alice graphical tty2 -"]);
  });

  test("where processes are hidden, the record is believed", async () => {
    using host = new FakeHost();
    host.write("/proc/1/stat", ""); // hidepid: nothing of another user can be read.
    host.logind("2", { UID: BOB, LEADER: 77, TYPE: "tty", SERVICE: "login", TTY: "tty1" });
    expect(await host.rows()).toEqual(["bob terminal tty1 -"]);
  });
});

describe("xrdp", () => {
  const keys = {
    UID: BOB,
    LEADER: 100,
    TYPE: "x11",
    SERVICE: "xrdp-sesman",
    DISPLAY: ":10",
    REMOTE_HOST: "192.0.2.9",
  };
  const desktop = () =>
    new FakeHost()
      .process({ pid: 100, comm: "xrdp-sesexec", args: ["xrdp-sesexec"] })
      .logind("4", keys);

  test("a disconnected session is none", async () => {
    using host = desktop();
    expect(await host.rows()).toEqual([]);
  });

  test("an attached one is at the client's present address, not at the first one's", async () => {
    using host = desktop().unix("/run/xrdp/sockdir/1001/xrdp_display_10").tcp(3389, 0, "192.0.2.7");
    expect(await host.rows()).toEqual(["bob rdp :10 192.0.2.7"]);
  });

  test("a socket that anybody can make is no client's", async () => {
    using host = desktop().unix("/tmp/mallory/xrdp_display_10");
    expect(await host.rows()).toEqual([]);
  });

  test("with two attached the connections do not tell whose they are", async () => {
    using host = desktop()
      .unix("/run/xrdp/sockdir/1001/xrdp_display_10")
      .unix("/run/xrdp/sockdir/1000/xrdp_display_11")
      .tcp(3389, 0, "192.0.2.7");
    expect(await host.rows()).toEqual(["bob rdp :10 192.0.2.9"]);
  });
});

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

describe("VNC", () => {
  const server = (args: string[], comm = "Xtigervnc") => ({ pid: 300, uid: BOB, comm, args });

  test.each([
    [["Xtigervnc", ":1"], 5901, "vnc:1"],
    [["Xtigervnc", ":1", "-rfbport", "5999"], 5999, "vnc:1"],
    [["Xtigervnc", ":2", "-rfbport=0"], 5902, "vnc:2"],
  ])("%j", async (args, port, tty) => {
    using host = new FakeHost().process(server(args)).tcp(port, BOB).tcp(port, BOB, "192.0.2.8");
    expect(await host.rows()).toEqual([`bob vnc ${tty} 192.0.2.8`]);
  });

  test("a server that shares a desktop, on the one usual port that its user listens on", async () => {
    using host = new FakeHost()
      .process(server(["x11vnc", "-display", ":0"], "x11vnc"))
      .tcp(5900, BOB)
      .tcp(5900, BOB, "192.0.2.8");
    expect(await host.rows()).toEqual(["bob vnc vnc:0 192.0.2.8"]);
  });

  test("without a listening socket, or without TCP, it has no viewers", async () => {
    using host = new FakeHost()
      .process(server(["Xtigervnc", ":1", "-rfbport", "-1"]))
      .tcp(5901, BOB, "192.0.2.8");
    expect(await host.rows()).toEqual([]);
  });

  test("somebody else's connection from the same port is none", async () => {
    using host = new FakeHost()
      .process(server(["Xtigervnc", ":1"]))
      .tcp(5901, BOB)
      .tcp(5901, ALICE, "192.0.2.8");
    expect(await host.rows()).toEqual([]);
  });

  test("a set-uid program under a VNC server's name does not make root's connections viewers", async () => {
    using host = new FakeHost()
      .process({ ...server(["Xtigervnc", ":0", "-rfbport", "22"]), uid: 0, realUid: BOB })
      .tcp(22, 0)
      .tcp(22, 0, "192.0.2.8");
    expect(await host.rows()).toEqual([]);
  });
});

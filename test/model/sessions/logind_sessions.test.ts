/** Sessions that logind tells of: what no captured host has. */
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

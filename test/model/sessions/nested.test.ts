/** Who becomes another user, or opens a terminal in a terminal, is logged in once. */
import { describe, expect, test } from "bun:test";
import { ALICE, BOB, FakeHost, ROOT } from "./fake_host.ts";

const MANAGER = "/user.slice/user-1000.slice/user@1000.service/app.slice/xterm.scope";
const desktop = () =>
  new FakeHost()
    .process({ pid: 100, comm: "gdm-session-wor", args: ["gdm-session-worker"], session: "2" })
    .logind("2", {
      UID: ALICE,
      LEADER: 100,
      TYPE: "wayland",
      TTY: "tty2",
      SERVICE: "gdm-password",
    });
const ALICES = "alice graphical tty2 -";

describe("in a terminal below the user's own manager", () => {
  const terminal = () =>
    desktop()
      .process({ pid: 150, uid: ALICE, comm: "systemd", args: ["systemd"], cgroup: MANAGER })
      .process({ pid: 160, parentPid: 150, uid: ALICE, comm: "xterm", args: [], cgroup: MANAGER })
      .process({ pid: 161, parentPid: 160, uid: ALICE, comm: "bash", pty: 0, cgroup: MANAGER });

  test.each([
    ["su-l", "user"],
    ["sudo-i", "user-early"],
    ["systemd-run0", "user-light"],
    ["polkit-1", "user"],
    ["doas", "user"],
    ["runuser-l", "user"],
  ])("%s, which logind gives a session of class %s", async (SERVICE, CLASS) => {
    const keys = { UID: ROOT, LEADER: 170, TYPE: "tty", TTY: "pts/0", SERVICE, CLASS };
    using host = terminal()
      .process({ pid: 170, parentPid: 161, comm: "su", args: ["su", "-"], pty: 0, session: "c2" })
      .logind("c2", keys);
    expect(await host.rows()).toEqual([ALICES]);
    // It goes on when the login it is in is over: nobody is logged in then.
    host.logind("2", { UID: ALICE, LEADER: 99, STATE: "closing" });
    host.process({ pid: 100, comm: "gdm-session-wor", state: "Z" });
    expect(await host.rows()).toEqual([]);
  });

  test("login(1), which is not told by its service", async () => {
    using host = terminal()
      .process({ pid: 170, parentPid: 161, comm: "login", args: ["login"], pty: 0, session: "c3" })
      .logind("c3", { UID: BOB, LEADER: 170, TYPE: "tty", TTY: "pts/0", SERVICE: "login" });
    expect(await host.rows()).toEqual([ALICES]);
  });

  test("script(1), whose utmp entry has no host", async () => {
    using host = terminal()
      .process({ pid: 170, parentPid: 161, uid: ALICE, comm: "script", pty: 0, cgroup: MANAGER })
      .tty("pts/1")
      .utmp({ pid: 170, line: "pts/1", user: "alice" });
    expect(await host.rows()).toEqual([ALICES]);
  });
});

describe("on a terminal that systemd opened for a client here", () => {
  const shell = (client: string) =>
    new FakeHost()
      .ssh(200, ROOT, "root", "@pts/3")
      .process({ pid: 210, parentPid: 201, comm: client, args: [client], pty: 3 })
      .process({ pid: 220, parentPid: 1, uid: ALICE, comm: "bash", pty: 4, session: "c5" })
      .process({ pid: 221, parentPid: 220, uid: ALICE, comm: "(sd-pam)", pty: 4, session: "c5" })
      .logind("c5", { UID: ALICE, LEADER: 220, TYPE: "tty", TTY: "pts/4", SERVICE: "login" });

  test.each(["machinectl", "systemd-run"])("%s", async (client) => {
    using host = shell(client);
    expect(await host.rows()).toEqual(["root terminal pts/3 -"]);
  });

  test("the same login into a container has no client here: it is one", async () => {
    using host = shell("bash");
    expect(await host.rows()).toEqual(["alice terminal pts/4 -", "root terminal pts/3 -"]);
  });
});

describe("a login whose server told PAM of no terminal", () => {
  const teleport = (session: Record<string, string>) =>
    new FakeHost()
      .process({ pid: 300, comm: "teleport", args: ["teleport", "exec"], session: "8" })
      .process({ pid: 301, parentPid: 300, uid: ALICE, comm: "bash", pty: 5, session: "8" })
      .logind("8", { UID: ALICE, LEADER: 300, TYPE: "unspecified", SERVICE: "sshd", ...session });

  test("is one, by the terminal that the server gave its child", async () => {
    using host = teleport({ CLASS: "background", REMOTE_HOST: "192.0.2.5" });
    expect(await host.rows()).toEqual(["alice terminal pts/5 192.0.2.5"]);
    using closed = teleport({ CLASS: "background", STATE: "closing" });
    expect(await closed.rows()).toEqual([]);
  });

  test("a tmux that cron started is none, nor a job of cron's", async () => {
    using host = new FakeHost()
      .process({ pid: 300, comm: "cron", args: ["CRON"], session: "8" })
      .process({ pid: 301, parentPid: 300, uid: ALICE, comm: "tmux: server", session: "8" })
      .process({ pid: 302, parentPid: 301, uid: ALICE, comm: "bash", pty: 5, session: "8" })
      .logind("8", { UID: ALICE, LEADER: 300, CLASS: "background", SERVICE: "cron" });
    expect(await host.rows()).toEqual([]);
  });
});

test("a web console is of a type of its own", async () => {
  using host = new FakeHost()
    .process({ pid: 300, comm: "cockpit-session", args: ["cockpit-session"], session: "9" })
    .process({ pid: 310, parentPid: 300, uid: ALICE, comm: "bash", pty: 6, session: "9" })
    .logind("9", { UID: ALICE, LEADER: 300, TYPE: "web", REMOTE_HOST: "::ffff:192.0.2.6" });
  expect(await host.rows()).toEqual(["alice web - 192.0.2.6"]);
});

test("a group that a user named after another's session gives that session no terminal", async () => {
  using host = new FakeHost()
    .process({ pid: 100, comm: "remoted", args: ["remoted"], session: "3" })
    .logind("3", { UID: BOB, LEADER: 100, TYPE: "tty", SERVICE: "remote" })
    .process({ pid: 200, uid: ALICE, comm: "bash", pty: 7, cgroup: `${MANAGER}/session-3.scope` });
  expect(await host.rows()).toEqual([]);
});

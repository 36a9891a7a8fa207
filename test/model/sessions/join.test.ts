/** What one step of the join has made a session of, the next ones leave alone. */
import { expect, test } from "bun:test";
import { ALICE, BOB, FakeHost } from "./fake_host.ts";

const FROM = "192.0.2.1";

test("one login that sshd, logind and utmp tell of is one session, with what each knows", async () => {
  using host = new FakeHost()
    .ssh(100, ALICE, "alice", "@pts/1")
    .logind("5", { UID: ALICE, LEADER: 100, SERVICE: "sshd", TTY: "pts/1", REMOTE_HOST: FROM })
    .utmp({ pid: 100, line: "pts/1", user: "alice", host: FROM });
  expect(await host.rows()).toEqual([`alice terminal pts/1 ${FROM}`]);
});

test("without sshd's processes logind tells, without logind utmp does", async () => {
  using host = new FakeHost()
    .process({ pid: 100, comm: "login", args: ["login"] })
    .process({ pid: 101, parentPid: 100, uid: ALICE, comm: "bash", pty: 1 });
  host.utmp({ pid: 100, line: "pts/1", user: "alice", host: FROM });
  expect(await host.rows()).toEqual([`alice terminal pts/1 ${FROM}`]);
  host.logind("5", { UID: ALICE, LEADER: 100, SERVICE: "login", TTY: "pts/1", TYPE: "tty" });
  expect(await host.rows()).toHaveLength(1);
});

test("sessions of all kinds stand in one order, whatever tells of them", async () => {
  using host = new FakeHost()
    .process({ pid: 300, uid: BOB, comm: "Xtigervnc", args: ["Xtigervnc", ":1"] })
    .tcp(5901, BOB)
    .tcp(5901, BOB, "192.0.2.8")
    .ssh(200, BOB, "bob", "@pts/2")
    .ssh(100, ALICE, "alice")
    .process({ pid: 400, comm: "login", args: ["login"] })
    .tty("tty1")
    .utmp({ pid: 400, line: "tty1", user: "alice" });
  expect(await host.rows()).toEqual([
    "alice ssh-npty - -",
    "alice terminal tty1 -",
    "bob terminal pts/2 -",
    "bob vnc vnc:1 192.0.2.8",
  ]);
});

test("nobody is logged in where nothing tells of anybody", async () => {
  using host = new FakeHost();
  expect(await host.rows()).toEqual([]);
});

import { describe, expect, test } from "bun:test";
import { ALICE, BOB, FakeHost, START_SECONDS } from "./fake_host.ts";

describe("processes", () => {
  test("by parent, without those that have ended", async () => {
    using host = new FakeHost()
      .process({ pid: 100, comm: "a" })
      .process({ pid: 102, parentPid: 100, comm: "c" })
      .process({ pid: 101, parentPid: 100, comm: "b" })
      .process({ pid: 103, parentPid: 100, comm: "z", state: "Z" });
    const index = await host.index();
    const pids = (parent: number) =>
      index.childrenOf(parent).map((row) => index.records.table.pid[row]!);
    expect(pids(100)).toEqual([101, 102]);
    expect(pids(1)).toEqual([100]);
    expect(pids(999)).toEqual([]);
    // After many questions the answers come from an index.
    for (let pid = 1000; pid < 1050; pid++) expect(pids(pid)).toEqual([]);
    expect([pids(100), pids(101)]).toEqual([[101, 102], []]);
  });

  test("by parent, as many as there may be questions", async () => {
    using host = new FakeHost();
    for (let pid = 100; pid < 150; pid++) host.process({ pid, parentPid: pid - 1, comm: "a" });
    const index = await host.index();
    const { table } = index.records;
    for (let pid = 100; pid < 149; pid++) {
      expect(index.childrenOf(pid).map((row) => table.pid[row])).toEqual([pid + 1]);
    }
  });

  test("by terminal, the oldest first, and by pid where they are of one age", async () => {
    const shell = { uid: ALICE, comm: "bash", pty: 1 };
    using host = new FakeHost()
      .process({ ...shell, pid: 101, startSeconds: START_SECONDS + 5 })
      .process({ ...shell, pid: 102 })
      .process({ ...shell, pid: 100 })
      .process({ ...shell, pid: 99, state: "Z" })
      .process({ pid: 98, comm: "daemon" });
    const index = await host.index();
    const pids = (tty: string) => index.rowsOnTty(tty).map((row) => index.records.table.pid[row]!);
    expect(pids("pts/1")).toEqual([100, 102, 101]);
    expect(pids("pts/2")).toEqual([]);
    expect(pids("")).toEqual([]);
  });

  test("a terminal is in the scope that its oldest process is in, whoever else is on it", async () => {
    const shell = { uid: ALICE, comm: "bash" };
    using host = new FakeHost()
      .process({ ...shell, pid: 100, pty: 2, session: "5", startSeconds: START_SECONDS + 1 })
      .process({ ...shell, pid: 101, pty: 1, session: "5" })
      .process({ ...shell, pid: 102, pty: 1, session: "6", startSeconds: START_SECONDS + 2 })
      .process({ ...shell, pid: 103, pty: 3 });
    const index = await host.index();
    expect(index.ttysInScope("5")).toEqual(["pts/1", "pts/2"]);
    expect(index.ttysInScope("6")).toEqual([]);
  });

  test("a control group is read once, and is empty when it can't be", async () => {
    using host = new FakeHost().process({ pid: 100, comm: "a", session: "5" });
    const index = await host.index();
    expect(index.sessionOf(100)).toBe("5");
    host.write("/proc/100/cgroup", "0::/user.slice/session-6.scope\n");
    expect(index.sessionOf(100)).toBe("5");
    expect(index.cgroupOf(999)).toBe("");
    expect(index.sessionOf(999)).toBeUndefined();
  });
});

describe("sockets", () => {
  test("who listens on a port, by user", async () => {
    using host = new FakeHost().tcp(22, 0).tcp(5901, BOB).tcp(5901, ALICE).tcp(80, 0, "192.0.2.1");
    const index = await host.index();
    expect([index.listens("anybody", 22), index.listens("anybody", 80)]).toEqual([true, false]);
    expect([BOB, ALICE, 0].map((uid) => index.listens(uid, 5901))).toEqual([true, true, false]);
    expect(index.listenersOf(BOB).map(({ localPort }) => localPort)).toEqual([5901]);
    expect(index.listenersOf(4242)).toEqual([]);
    expect(index.connectionsTo(80)).toHaveLength(1);
    expect(index.connectionsTo(22)).toEqual([]);
  });

  test("without the table there are none", async () => {
    using host = new FakeHost().tcp(22, 0).tcp(22, 0, "192.0.2.1");
    const index = await host.index();
    Object.assign(index.records, { tcp: undefined });
    expect(index.connectionsTo(22)).toEqual([]);
    expect(index.listens("anybody", 22)).toBe(false);
    expect(index.listenersOf(0)).toEqual([]);
  });
});

describe("records of logins", () => {
  test("utmp's by terminal and by process, logind's by id and by leader", async () => {
    using host = new FakeHost()
      .utmp({ pid: 100, line: "pts/1", user: "alice" })
      .utmp({ pid: 100, line: "pts/2", user: "alice" })
      .utmp({ pid: 101, line: "pts/1", user: "bob" })
      .logind("5", { UID: ALICE, LEADER: 100 })
      .logind("6", { UID: BOB, LEADER: 100 });
    const index = await host.index();
    expect(index.utmpOn("pts/1").map(({ user }) => user)).toEqual(["alice", "bob"]);
    expect(index.utmpOf(100).map(({ line }) => line)).toEqual(["pts/1", "pts/2"]);
    expect(index.logindLedBy(100).map(({ id }) => id)).toEqual(["5", "6"]);
    expect(index.logindSession("6")!.uid).toBe(BOB);
    expect([index.utmpOn("pts/9"), index.utmpOf(9), index.logindLedBy(9)]).toEqual([[], [], []]);
    expect(index.logindSession("7")).toBeUndefined();
  });

  test("without the files there are none", async () => {
    using host = new FakeHost();
    const index = await host.index();
    Object.assign(index.records, { logind: undefined, utmp: undefined });
    expect([index.utmpOn("pts/1"), index.utmpOf(1), index.logindLedBy(1)]).toEqual([[], [], []]);
    expect(index.logindSession("5")).toBeUndefined();
  });
});

test("a terminal is looked at once", async () => {
  using host = new FakeHost().tty("pts/7");
  const index = await host.index();
  const node = index.tty("pts/7");
  expect(node).toBeDefined();
  await Bun.file(`${host.folder}/dev/pts/7`).delete();
  expect(index.tty("pts/7")).toBe(node);
  expect(index.tty("pts/8")).toBeUndefined();
});

/** Work on what users can have any number of grows with that number, and no faster. */
import { describe, expect, test } from "bun:test";
import { HostIndex } from "../../../src/model/sessions/host_index.ts";
import { RECORDS_A_TURN, joinSessions } from "../../../src/model/sessions/join.ts";
import { findDesktopServers } from "../../../src/model/sessions/vnc_servers.ts";
import { Root } from "../../../src/sources/root.ts";
import { type Steps, countedColumns, countedList } from "../../helpers/steps.ts";
import { ALICE, BOB, FakeHost, ROOT } from "./fake_host.ts";

/** Each file of a process that is asked for is a step too. */
class CountedRoot extends Root {
  constructor(
    root: Root,
    private readonly steps: Steps,
  ) {
    super(root.rootfs);
  }

  override proc(relative: string): string {
    this.steps.count++;
    return super.proc(relative);
  }
}

async function stepsOf(build: (host: FakeHost) => void): Promise<number> {
  using fake = new FakeHost();
  build(fake);
  const { records } = await fake.index();
  const steps: Steps = { count: 0 };
  const host = new HostIndex({
    ...records,
    root: new CountedRoot(records.root, steps),
    table: countedColumns(records.table, steps),
    tcp: records.tcp && countedColumns(records.tcp, steps),
    unix: records.unix && countedList(records.unix, steps),
    utmp: records.utmp && countedList(records.utmp, steps),
    logind: records.logind && countedList(records.logind, steps),
  });
  await joinSessions(host, await findDesktopServers(host));
  return steps.count;
}

const crowds: Record<string, (host: FakeHost, count: number) => void> = {
  "processes named Xvnc and listeners": (host, count) => {
    for (let i = 0; i < count; i++) {
      host.process({ pid: 1000 + i, uid: ALICE, comm: "Xvnc", args: ["Xvnc", `:${i}`] });
      host.tcp(10_000 + i, ALICE);
    }
  },
  "VNC servers and viewers": (host, count) => {
    for (let i = 0; i < count; i++) {
      const port = 5900 + i;
      host.process({ pid: 1000 + i, uid: ALICE, comm: "Xvnc", args: ["Xvnc", `:${i}`] });
      host.tcp(port, ALICE).tcp(port, ALICE, "192.0.2.1").tcp(5900, ALICE, "192.0.2.2");
    }
  },
  "servers of systemd's for one viewer each": (host, count) => {
    host.tcp(5900, ROOT);
    for (let i = 0; i < count; i++) {
      const cgroup = `/system.slice/x.slice/x@${i}-127.0.0.1:5900-192.0.2.1:${10_000 + i}.service`;
      host.process({ pid: 1000 + i, uid: ALICE, comm: "Xvnc", args: ["Xvnc", "-inetd"], cgroup });
      host.tcp(5900, ROOT, "192.0.2.1", 10_000 + i);
    }
  },
  "utmp entries of one terminal, and processes on it": (host, count) => {
    for (let i = 0; i < count; i++) {
      host.process({ pid: 1000 + i, uid: ALICE, comm: "sh", args: ["sh"], pty: 0 });
      host.utmp({ pid: 1000 + i, line: "pts/0", user: "alice", seconds: 1 });
    }
  },
  "utmp entries and terminals": (host, count) => {
    for (let i = 0; i < count; i++) {
      host.process({ pid: 1000 + i, uid: ALICE, comm: "sh", args: ["sh"], pty: i });
      host.utmp({ pid: 1000 + i, line: `pts/${i}`, user: "alice", seconds: 1 });
    }
  },
  "SSH connections, logind sessions and utmp entries": (host, count) => {
    for (let i = 0; i < count; i++) {
      const pid = 1000 + 2 * i;
      host.ssh(pid, BOB, "bob", `@pts/${i}`);
      host.logind(String(i), { UID: BOB, LEADER: pid, SERVICE: "sshd", TYPE: "tty" });
      host.utmp({ pid, line: `pts/${i}`, user: "bob" });
    }
  },
  "SSH connections that logind knows by their control group only": (host, count) => {
    for (let i = 0; i < count; i++) {
      host.ssh(1000 + 2 * i, BOB, "bob");
      host.logind(String(i), { UID: BOB, LEADER: 1, SERVICE: "sshd", TYPE: "tty" });
    }
  },
  "logind sessions without a terminal, and processes with one": (host, count) => {
    for (let i = 0; i < count; i++) {
      const session = String(i);
      host.process({ pid: 1000 + i, uid: BOB, comm: "sh", args: ["sh"], pty: i, session });
      host.logind(session, { UID: BOB, LEADER: 1000 + i, SERVICE: "login", TYPE: "tty" });
    }
  },
  "processes that descend from one another, each with a utmp entry": (host, count) => {
    for (let i = 0; i < count; i++) {
      const parentPid = i === 0 ? 1 : 999 + i;
      host.process({ pid: 1000 + i, parentPid, uid: ALICE, comm: "sh", args: ["sh"], pty: i });
      host.utmp({ pid: 1000 + i, line: `pts/${i}`, user: "alice" });
    }
  },
  "xrdp desktops and their sockets": (host, count) => {
    for (let i = 0; i < count; i++) {
      const pid = 1000 + 2 * i;
      host.process({ pid, comm: "xrdp-sesexec", args: ["xrdp-sesexec"] });
      host.process({
        pid: pid + 1,
        parentPid: pid,
        uid: BOB,
        comm: "Xorg",
        args: ["Xorg", `:${i}`],
      });
      host.unix(`/run/xrdp/sockdir/1001/xrdp_display_${i}`).tcp(3389, ROOT, "192.0.2.1");
    }
  },
  "mosh servers": (host, count) => {
    for (let i = 0; i < count; i++) {
      const pid = 1000 + 2 * i;
      host.process({ pid, uid: BOB, comm: "mosh-server", args: ["mosh-server"] });
      host.process({ pid: pid + 1, parentPid: pid, uid: BOB, comm: "sh", args: ["sh"], pty: i });
    }
  },
};

describe.each(Object.entries(crowds))("%s", (_, build) => {
  test("twice as many are no more than twice the steps", async () => {
    const some = await stepsOf((host) => build(host, 150));
    const twice = await stepsOf((host) => build(host, 300));
    expect(twice).toBeLessThan(2.1 * some);
  });
});

test("of 3,000 processes that are called like a server, few are asked for their titles", async () => {
  let titles = 0;
  class TitleRoot extends Root {
    override proc(relative: string): string {
      if (relative.endsWith("/cmdline")) titles++;
      return super.proc(relative);
    }
  }
  using fake = new FakeHost();
  for (let i = 0; i < 400; i++) {
    fake.process({ pid: 1000 + i, uid: ALICE, comm: "Xvnc", args: ["Xvnc", ":1"] });
    fake.process({ pid: 2000 + i, uid: BOB, comm: "sshd", args: ["sshd: root@pts/0"] });
    fake.process({ pid: 3000 + i, uid: BOB, comm: "Xvnc", args: ["Xvnc", ":1"] });
  }
  fake.tcp(5901, ALICE);
  const { records } = await fake.index();
  const host = new HostIndex({ ...records, root: new TitleRoot(records.root.rootfs) });
  await joinSessions(host, await findDesktopServers(host));
  // Alice's, who listens on some port, up to the limit; nobody else's.
  expect(titles).toBe(200);
});

test("between the records of a crowd others have their turn", async () => {
  using fake = new FakeHost();
  const count = 3 * RECORDS_A_TURN;
  for (let i = 0; i < count; i++) {
    fake.process({ pid: 10_000 + i, uid: 10_000 + i, comm: "Xvnc", args: ["Xvnc", ":1"] });
    fake.process({ pid: 20_000 + i, uid: BOB, comm: "sshd", args: ["sshd: root@pts/0"] });
    fake.logind(String(i), { UID: ALICE, LEADER: 10_000 + i });
    fake.utmp({ pid: 20_000 + i, line: `pts/${i}`, user: "bob" });
  }
  fake.tcp(5901, ALICE);
  const host = await fake.index();
  let turns = 0;
  const yieldTurn = () => {
    turns++;
    return Promise.resolve();
  };
  const servers = await findDesktopServers(host, yieldTurn);
  // All are looked at twice: they may be servers by themselves, or of systemd's.
  expect(turns).toBe(6);
  await joinSessions(host, servers, undefined, yieldTurn);
  expect(turns).toBe(6 + 9);
});

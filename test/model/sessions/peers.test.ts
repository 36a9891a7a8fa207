/** The other end of SSH connections: from records, from sockets, and never from a guess. */
import { describe, expect, test } from "bun:test";
import { ALICE, FakeHost } from "./fake_host.ts";

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

  test("the first address that a record has comes before a name, whatever the order", async () => {
    using host = new FakeHost()
      .ssh(100, ALICE, "alice", "@pts/1")
      .logind("5", { UID: ALICE, LEADER: 100, SERVICE: "sshd", REMOTE_HOST: "pc.example" })
      .utmp({ pid: 100, line: "pts/1", user: "alice", host: A });
    expect(await host.rows()).toEqual([`alice terminal pts/1 ${A}`]);
  });

  test("an address is written one way: a mapped one as IPv4", async () => {
    using host = new FakeHost()
      .ssh(100, ALICE, "alice")
      .logind("5", { UID: ALICE, LEADER: 100, SERVICE: "sshd", REMOTE_HOST: `::ffff:${A}` });
    expect(await host.rows()).toEqual([`alice ssh-npty - ${A}`]);
  });

  test("of two sockets of root's that both hold, the one to SSH's own port", async () => {
    using host = new FakeHost().ssh(100, ALICE, "alice").tcp(8080, 0).tcp(8080, 0, A);
    host.tcp(22, 0).tcp(22, 0, B).sockets(100, 5001, 5003).sockets(101, 5001, 5003);
    expect(await host.rows()).toEqual([`alice ssh-npty - ${B}`]);
  });

  test("a port that nobody told us of, as root listens on it", async () => {
    using host = new FakeHost().ssh(100, ALICE, "alice").tcp(2222, 0).tcp(2222, 0, A);
    host.sockets(100, 5001).sockets(101, 5001);
    expect(await host.rows()).toEqual([`alice ssh-npty - ${A}`]);
    using without = new FakeHost().ssh(100, ALICE, "alice").tcp(9, 0).tcp(2222, 0, A);
    without.sockets(100, 5001).sockets(101, 5001);
    expect(await without.rows()).toEqual(["alice ssh-npty - -"]);
  });
});

import { describe, expect, test } from "bun:test";
import { ALICE, BOB, FakeHost } from "./fake_host.ts";

describe("a server for each connection", () => {
  const args = ["Xvnc", "-inetd", "-query", "localhost"];

  test("of systemd, which names the connection in its control group", async () => {
    const cgroup = (address: string, port: number) =>
      `/system.slice/system-xvnc.slice/xvnc@1-127.0.0.1:5900-${address}:${port}.service`;
    using host = new FakeHost()
      .tcp(5900, 0)
      .tcp(5900, 0, "192.0.2.8", 50_001)
      .tcp(5900, 0, "192.0.2.9", 50_002)
      .process({ pid: 300, uid: BOB, comm: "Xvnc", args, cgroup: cgroup("192.0.2.8", 50_001) })
      .process({ pid: 301, uid: ALICE, comm: "Xvnc", args, cgroup: cgroup("192.0.2.9", 50_002) })
      .process({ pid: 302, uid: ALICE, comm: "Xvnc", args, cgroup: cgroup("192.0.2.77", 50_002) });
    expect(await host.rows()).toEqual(["alice vnc vnc:0 192.0.2.9", "bob vnc vnc:0 192.0.2.8"]);
    expect(await host.vncConnections()).toBe(2);
  });

  test("of xinetd: each connection to root's port has its process", async () => {
    const inetd = { pid: 200, comm: "xinetd", args: ["xinetd"] };
    using host = new FakeHost()
      .process(inetd)
      .process({ pid: 300, parentPid: 200, uid: BOB, comm: "Xvnc", args })
      .tcp(5901, 0)
      .tcp(5901, 0, "192.0.2.8")
      // Beside it, a server of root's own.
      .process({ pid: 301, comm: "x11vnc", args: ["x11vnc"] })
      .tcp(5900, 0)
      .tcp(5900, 0, "192.0.2.9");
    expect(await host.rows()).toEqual(["bob vnc vnc:1 192.0.2.8", "root vnc vnc:0 192.0.2.9"]);
  });

  test("not of a user, who can only name a process so", async () => {
    using host = new FakeHost()
      .process({ pid: 300, uid: BOB, comm: "Xvnc", args })
      .process({ pid: 200, uid: BOB, comm: "xinetd", args: ["xinetd"] })
      .process({ pid: 301, parentPid: 200, uid: BOB, comm: "Xvnc", args })
      .tcp(5901, 0)
      .tcp(5901, 0, "192.0.2.8");
    expect(await host.rows()).toEqual([]);
  });
});

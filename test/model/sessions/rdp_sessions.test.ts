/** xrdp's desktops: with whom they are attached, and to whom nobody can make them look attached. */
import { describe, expect, test } from "bun:test";
import { RdpPeerMemory } from "../../../src/model/sessions/rdp_peers.ts";
import { ALICE, BOB, FakeHost } from "./fake_host.ts";

const CLIENT = "192.0.2.7";
const STRANGER = "192.0.2.66";

/** Bob's desktop :10 below xrdp's session manager, and the daemon that clients connect to. */
function desktop(xServer = "Xorg", logindKeys: Record<string, string | number> = {}): FakeHost {
  return new FakeHost()
    .process({ pid: 90, comm: "xrdp", args: ["/usr/sbin/xrdp"] })
    .tcp(3389, 0)
    .process({ pid: 100, comm: "xrdp-sesexec", args: ["xrdp-sesexec"], session: "4" })
    .process({ pid: 101, parentPid: 100, uid: BOB, comm: xServer, args: [xServer, ":10"] })
    .process({ pid: 102, parentPid: 100, uid: BOB, comm: "xrdp-chansrv", args: ["xrdp-chansrv"] })
    .logind("4", {
      UID: BOB,
      LEADER: 100,
      TYPE: "x11",
      SERVICE: "xrdp-sesman",
      DISPLAY: ":10",
      ...logindKeys,
    });
}

const FOLDER = "/run/xrdp/sockdir/1001";
const DISPLAY = `${FOLDER}/xrdp_display_10`;
const CHANNELS = `${FOLDER}/xrdp_chansrv_socket_10`;

describe("attached", () => {
  test("to Xorg: xrdp is connected to the display and to the channel server", async () => {
    using host = desktop().unix(DISPLAY, "listening").unix(DISPLAY).unix(CHANNELS);
    host.tcp(3389, 0, CLIENT);
    expect(await host.rows()).toEqual([`bob rdp :10 ${CLIENT}`]);
  });

  test("to Xvnc: xrdp is its viewer, and no VNC viewer", async () => {
    using host = desktop("Xvnc").unix(CHANNELS).tcp(5910, BOB);
    host.tcp(5910, BOB, "127.0.0.1").tcp(3389, 0, CLIENT);
    expect(await host.rows()).toEqual([`bob rdp :10 ${CLIENT}`]);
    expect(await host.vncConnections()).toBe(0);
  });

  test("where channels are turned off there is the display only", async () => {
    using host = desktop().unix(DISPLAY).tcp(3389, 0, CLIENT);
    expect(await host.rows()).toEqual([`bob rdp :10 ${CLIENT}`]);
    using silent = desktop().unix(DISPLAY).unix(CHANNELS, "listening").tcp(3389, 0, CLIENT);
    expect(await silent.rows()).toEqual([`bob rdp :10 ${CLIENT}`]);
  });

  test("without logind, and in the folders of xrdp 0.9", async () => {
    using host = new FakeHost()
      .process({ pid: 100, comm: "xrdp-sesman", args: ["xrdp-sesman"] })
      .process({ pid: 101, parentPid: 100, uid: ALICE, comm: "Xorg", args: ["Xorg", ":11"] })
      .unix("/run/xrdp/sockdir/xrdp_display_11")
      .tcp(3389, 0, CLIENT);
    expect(await host.rows()).toEqual([`alice rdp :11 ${CLIENT}`]);
  });

  test("on another port than RDP's own, or none of TCP's, the address is not known", async () => {
    using host = new FakeHost()
      .process({ pid: 100, comm: "xrdp-sesman", args: ["xrdp-sesman"] })
      .process({ pid: 101, parentPid: 100, uid: ALICE, comm: "Xorg", args: ["Xorg", ":11"] })
      .unix("/run/xrdp/sockdir/xrdp_display_11");
    expect(await host.rows()).toEqual(["alice rdp :11 -"]);
  });
});

describe("not attached", () => {
  test("a desktop whose client has gone, and the terminals in it", async () => {
    using host = desktop().unix(DISPLAY, "listening").unix(CHANNELS, "listening");
    host.process({ pid: 110, uid: BOB, comm: "xterm", args: ["xterm"], pty: 0, session: "4" });
    host.utmp({ pid: 110, line: "pts/0", user: "bob", host: ":10.0" });
    host.utmp({ pid: 100, line: ":10", user: "bob", host: CLIENT });
    expect(await host.rows()).toEqual([]);
  });

  test("sockets alone, while nobody is connected to RDP's port", async () => {
    using host = desktop().unix(DISPLAY).unix(CHANNELS);
    expect(await host.rows()).toEqual([]);
  });

  test("a stranger's connection to RDP's port attaches nobody", async () => {
    using host = desktop().unix(DISPLAY, "listening").unix(CHANNELS, "listening");
    host.tcp(3389, 0, STRANGER);
    expect(await host.rows()).toEqual([]);
  });

  test("a stranger's connection to the Xvnc of a desktop neither attaches it nor is a viewer", async () => {
    using host = desktop("Xvnc").unix(CHANNELS, "listening").tcp(5910, BOB);
    host.tcp(5910, BOB, "127.0.0.1");
    expect(await host.rows()).toEqual([]);
  });

  test.each([
    ["in a folder of theirs", "/tmp/mallory/xrdp_display_10"],
    ["in another user's folder of xrdp's", "/run/xrdp/sockdir/1000/xrdp_display_10"],
    ["with another number", `${FOLDER}/xrdp_display_1`],
    ["with a longer name", `${FOLDER}/xrdp_display_10x`],
  ])("a socket that anybody can make, %s", async (_, path) => {
    using host = desktop().unix(path).tcp(3389, 0, STRANGER);
    expect(await host.rows()).toEqual([]);
  });

  test("a line behind a newline in a socket's name, while nobody is connected by RDP", async () => {
    using host = desktop().unix(DISPLAY, "listening").unix(CHANNELS, "listening");
    host.unix(`/tmp/x\n0000000000000000: 00000003 00000000 00000000 0001 03 998 ${DISPLAY}`);
    host.unix(`/tmp/x\n0000000000000000: 00000003 00000000 00000000 0001 03 997 ${CHANNELS}`);
    expect(await host.rows()).toEqual([]);
  });

  test("such a line, while each RDP connection is another desktop's", async () => {
    using host = desktop().unix(DISPLAY, "listening").unix(CHANNELS, "listening");
    host
      .process({ pid: 200, comm: "xrdp-sesexec", args: ["xrdp-sesexec"] })
      .process({ pid: 201, parentPid: 200, uid: ALICE, comm: "Xorg", args: ["Xorg", ":11"] })
      .unix("/run/xrdp/sockdir/1000/xrdp_display_11")
      .unix("/run/xrdp/sockdir/1000/xrdp_chansrv_socket_11")
      .tcp(3389, 0, CLIENT);
    host.unix(`/tmp/x\n0000000000000000: 00000003 00000000 00000000 0001 03 998 ${DISPLAY}`);
    expect(await host.rows()).toEqual([`alice rdp :11 ${CLIENT}`]);
    host.unix(`/tmp/x\n0000000000000000: 00000003 00000000 00000000 0001 03 997 ${CHANNELS}`);
    expect(await host.rows()).toEqual([`alice rdp :11 ${CLIENT}`]);
  });

  test("a socket that the desktop does not hold, where that can be seen", async () => {
    using host = desktop().unix(DISPLAY, "connected", 700).unix(CHANNELS, "connected", 701);
    host.tcp(3389, 0, STRANGER).sockets(101, 600).sockets(102, 601);
    expect(await host.rows()).toEqual([]);
    host.unix(DISPLAY, "connected", 600);
    expect(await host.rows()).toEqual([`bob rdp :10 ${STRANGER}`]);
  });
});

describe("addresses", () => {
  const attached = (keys = {}) => desktop("Xorg", keys).unix(DISPLAY).unix(CHANNELS);

  test("the client's present one, not the one that logind saw first", async () => {
    using host = attached({ REMOTE_HOST: "192.0.2.9" }).tcp(3389, 0, CLIENT);
    expect(await host.rows()).toEqual([`bob rdp :10 ${CLIENT}`]);
  });

  test("a stranger's connection takes nothing away, where logind knows the client's", async () => {
    using host = attached({ REMOTE_HOST: `::ffff:${CLIENT}` });
    host.tcp(3389, 0, STRANGER).tcp(3389, 0, CLIENT);
    expect(await host.rows()).toEqual([`bob rdp :10 ${CLIENT}`]);
  });

  test("none, where neither logind nor the only connection tells whose it is", async () => {
    using host = attached({ REMOTE_HOST: "192.0.2.9" });
    host.tcp(3389, 0, STRANGER).tcp(3389, 0, CLIENT);
    expect(await host.rows()).toEqual(["bob rdp :10 -"]);
  });

  test("the one whose xrdp process serves a desktop, where that can be seen", async () => {
    using host = attached({ REMOTE_HOST: STRANGER });
    host.tcp(3389, 0, STRANGER).tcp(3389, 0, CLIENT);
    const [strangerInode, clientInode] = [5001, 5002];
    host
      .process({ pid: 91, parentPid: 90, comm: "xrdp", args: ["xrdp"] })
      .process({ pid: 92, parentPid: 90, comm: "xrdp", args: ["xrdp"] })
      .sockets(90, 1, 5000)
      .sockets(91, 1, strangerInode)
      .sockets(92, 1, clientInode, 60, 61);
    expect(await host.rows()).toEqual([`bob rdp :10 ${CLIENT}`]);
  });

  test("two desktops of one client's address both have it", async () => {
    using host = attached();
    host
      .process({ pid: 200, comm: "xrdp-sesexec", args: ["xrdp-sesexec"] })
      .process({ pid: 201, parentPid: 200, uid: ALICE, comm: "Xorg", args: ["Xorg", ":11"] })
      .unix("/run/xrdp/sockdir/1000/xrdp_display_11")
      .tcp(3389, 0, CLIENT)
      .tcp(3389, 0, CLIENT);
    expect(await host.rows()).toEqual([`alice rdp :11 ${CLIENT}`, `bob rdp :10 ${CLIENT}`]);
  });

  test("a stranger who comes later takes nothing away, until the client has gone", async () => {
    const memory = new RdpPeerMemory();
    using host = attached().tcp(3389, 0, CLIENT);
    expect(await host.rows(memory)).toEqual([`bob rdp :10 ${CLIENT}`]);
    host.tcp(3389, 0, STRANGER);
    expect(await host.rows(memory)).toEqual([`bob rdp :10 ${CLIENT}`]);
    // Bob comes back from elsewhere while the stranger's connection stays.
    using later = attached().tcp(9, 0).tcp(3389, 0, STRANGER).tcp(3389, 0, "192.0.2.88");
    expect(await later.rows(memory)).toEqual(["bob rdp :10 -"]);
  });
});

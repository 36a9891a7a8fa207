/** xrdp's desktops: with whom they are attached, and to whom nobody can make them look attached. */
import { describe, expect, test } from "bun:test";
import { ALICE, BOB, FakeHost } from "./fake_host.ts";
import { CHANNELS, CLIENT, DISPLAY, FOLDER, STRANGER, desktop } from "./rdp_desktop.ts";

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

  test.each(["Xorg", "X11rdp"])(
    "%s, which is no VNC server, is not attached by a connection to a port of its user's",
    async (xServer) => {
      using host = desktop(xServer).unix(DISPLAY, "listening").tcp(5910, BOB);
      host.tcp(5910, BOB, "127.0.0.1").tcp(3389, 0, STRANGER);
      expect(await host.rows()).toEqual([]);
    },
  );

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

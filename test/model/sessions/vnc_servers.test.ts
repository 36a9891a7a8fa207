import { describe, expect, test } from "bun:test";
import { ALICE, BOB, FakeHost } from "./fake_host.ts";

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

  test.each([
    ["w0vncserver on a port of its own", "w0vncserver", ["-rfbport", "6000"], 6000, "vnc:100"],
    ["w0vncserver on the usual one", "w0vncserver", [], 5900, "vnc:0"],
    ["x0vncserver in Debian", "X0tigervnc", ["--rfbport=5907"], 5907, "vnc:7"],
    ["x0vncserver, as its manual page writes it", "x0vncserver", ["rfbport=5906"], 5906, "vnc:6"],
    ["TurboVNC", "Xvnc", [":3", "-rfbport", "5903"], 5903, "vnc:3"],
    ["KasmVNC", "Xvnc", [":1", "-rfbport", "-1", "-websocketPort", "8443"], 8443, "vnc:1"],
    ["RealVNC's service", "vncserver-x11-c", ["service"], 5900, "vnc:0"],
    ["wayvnc", "wayvnc", ["-o", "HDMI-A-1", "0.0.0.0", "5905"], 5905, "vnc:5"],
    ["weston", "weston", ["--backend=vnc", "--port=5902"], 5902, "vnc:2"],
    ["KDE", "krfb", ["--nodialog"], 5900, "vnc:0"],
    ["GNOME", "gnome-remote-de", [], 5900, "vnc:0"],
    ["a display that nobody has", "Xvnc", [":31337", "-rfbport", "5904"], 5904, "vnc:4"],
  ])("%s", async (_, comm, args, port, tty) => {
    using host = new FakeHost().process(server([comm, ...args], comm));
    host.tcp(port, BOB).tcp(port, BOB, "192.0.2.8");
    expect(await host.rows()).toEqual([`bob vnc ${tty} 192.0.2.8`]);
  });

  test.each([["gnome-remote-de"], ["krdpserver"]])("%s shows a desktop by RDP", async (comm) => {
    using host = new FakeHost().process(server([comm], comm));
    host.tcp(3389, BOB).tcp(3389, BOB, "192.0.2.8");
    expect(await host.rows()).toEqual(["bob rdp - 192.0.2.8"]);
    expect(await host.vncConnections()).toBe(0);
  });

  test("x11vnc beside another server of its user has the port that is left", async () => {
    using host = new FakeHost()
      .process(server(["Xtigervnc", ":1"]))
      .process({ ...server(["x11vnc", "-display", ":0"], "x11vnc"), pid: 301 });
    host.tcp(5901, BOB).tcp(5900, BOB).tcp(5901, BOB, "192.0.2.8").tcp(5900, BOB, "192.0.2.9");
    expect(await host.rows()).toEqual(["bob vnc vnc:0 192.0.2.9", "bob vnc vnc:1 192.0.2.8"]);
    expect(await host.vncConnections()).toBe(2);
  });

  test("two of them have two ports; a further listener of their user is no server", async () => {
    using host = new FakeHost()
      .process(server(["x11vnc"], "x11vnc"))
      .process({ ...server(["w0vncserver"], "w0vncserver"), pid: 301 });
    host.tcp(5900, BOB).tcp(5901, BOB).tcp(5901, BOB, "192.0.2.9");
    expect(await host.rows()).toEqual(["bob vnc vnc:1 192.0.2.9"]);
    host.tcp(5955, BOB).tcp(5955, BOB, "192.0.2.10");
    expect(await host.rows()).toEqual([]);
  });

  test("which of two ports is the server's, where its sockets can be seen", async () => {
    using host = new FakeHost().process(server(["x11vnc"], "x11vnc"));
    host.tcp(5900, BOB).tcp(5955, BOB).tcp(5955, BOB, "192.0.2.9").sockets(300, 5001);
    expect(await host.rows()).toEqual(["bob vnc vnc:55 192.0.2.9"]);
  });
});

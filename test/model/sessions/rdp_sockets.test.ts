/** Sockets with names of xrdp's that an ordinary user made, in a folder where everybody may. */
import { afterEach, describe, expect, test } from "bun:test";
import { chownSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { socketsByDisplay } from "../../../src/model/sessions/rdp_sockets.ts";
import { ALICE, BOB, type FakeHost } from "./fake_host.ts";
import { CLIENT, STRANGER, desktop } from "./rdp_desktop.ts";

const SHARED = "/run/xrdp/sockdir";
const SHARED_DISPLAY = `${SHARED}/xrdp_display_10`;
const SHARED_CHANNELS = `${SHARED}/xrdp_chansrv_socket_10`;

const listeners: { stop(): void }[] = [];
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.stop();
});

/** A real socket's file of somebody's. */
function made(host: FakeHost, path: string, uid: number): void {
  const file = `${host.folder}${path}`;
  mkdirSync(dirname(file), { recursive: true });
  listeners.push(Bun.listen({ unix: file, socket: { data() {} } }));
  chownSync(file, uid, uid);
}

describe.skipIf(process.getuid?.() !== 0)("in xrdp 0.9's folder (as root)", () => {
  test("the desktop's own sockets attach it", async () => {
    using host = desktop().unix(SHARED_DISPLAY, "listening").unix(SHARED_DISPLAY);
    host.unix(SHARED_CHANNELS).tcp(3389, 0, CLIENT);
    made(host, SHARED_DISPLAY, BOB);
    expect(await host.rows()).toEqual([`bob rdp :10 ${CLIENT}`]);
  });

  test("another user's display attaches nobody", async () => {
    using host = desktop("Xvnc").unix(SHARED_DISPLAY).tcp(3389, 0, STRANGER);
    made(host, SHARED_DISPLAY, ALICE);
    expect(await host.rows()).toEqual([]);
    host.unix(SHARED_CHANNELS);
    expect(await host.rows()).toEqual([]);
  });

  test("another user's channel server, which listens, detaches nobody", async () => {
    using host = desktop().unix(SHARED_DISPLAY).unix(SHARED_CHANNELS).tcp(3389, 0, CLIENT);
    made(host, SHARED_DISPLAY, BOB);
    // Of two that are unclear, and one connection, it is the first one's.
    host
      .process({ pid: 80, comm: "xrdp-sesexec", args: ["xrdp-sesexec"] })
      .process({ pid: 81, parentPid: 80, uid: ALICE, comm: "Xorg", args: ["Xorg", ":9"] })
      .unix(`${SHARED}/xrdp_display_9`)
      .unix(`${SHARED}/xrdp_chansrv_socket_9`, "listening");
    made(host, `${SHARED}/xrdp_display_9`, ALICE);
    made(host, `${SHARED}/xrdp_chansrv_socket_9`, ALICE);
    expect(await host.rows()).toEqual([`bob rdp :10 ${CLIENT}`]);
    host.unix(SHARED_CHANNELS, "listening");
    made(host, SHARED_CHANNELS, ALICE);
    expect(await host.rows()).toEqual([`bob rdp :10 ${CLIENT}`]);
  });

  test("a socket whose file is gone is the desktop's only while a connection is left for it", async () => {
    using host = desktop().unix(SHARED_DISPLAY);
    mkdirSync(`${host.folder}${SHARED}`, { recursive: true });
    host
      .process({ pid: 80, comm: "xrdp-sesexec", args: ["xrdp-sesexec"] })
      .process({ pid: 81, parentPid: 80, uid: ALICE, comm: "Xorg", args: ["Xorg", ":9"] })
      .unix(`${SHARED}/xrdp_display_9`)
      .tcp(3389, 0, CLIENT);
    made(host, `${SHARED}/xrdp_display_9`, ALICE);
    expect(await host.rows()).toEqual([`alice rdp :9 ${CLIENT}`]);
    host.tcp(3389, 0, CLIENT);
    expect(await host.rows()).toEqual([`alice rdp :9 ${CLIENT}`, `bob rdp :10 ${CLIENT}`]);
  });
});

test("sockets are told apart by their display; other names, and abstract ones, are none of xrdp's", () => {
  const paths = [
    SHARED_DISPLAY,
    "/tmp/.xrdp/xrdp_chansrv_socket_10",
    "/var/run/xrdp/1001/xrdp_display_9",
    "@/run/xrdp/sockdir/xrdp_display_10",
    "/home/mallory/run/xrdp/sockdir/xrdp_display_10",
    "/run/xrdp/sockdir/../xrdp_display_10",
  ];
  const sockets = paths.map((path, inode) => ({ path, listening: false, inode }));
  const found = socketsByDisplay(sockets);
  expect([...found].map(([display, its]) => [display, its.map(({ inode }) => inode)])).toEqual([
    [10, [0, 1]],
    [9, [2]],
  ]);
});

/** Which client is attached to which of xrdp's desktops. */
import { describe, expect, test } from "bun:test";
import { RdpPeerMemory } from "../../../src/model/sessions/rdp_peers.ts";
import { ALICE } from "./fake_host.ts";
import { CHANNELS, CLIENT, DISPLAY, STRANGER, desktop } from "./rdp_desktop.ts";

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

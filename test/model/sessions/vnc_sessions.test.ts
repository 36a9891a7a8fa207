import { expect, test } from "bun:test";
import { viewerSessions } from "../../../src/model/sessions/vnc_sessions.ts";
import { BOB, FakeHost } from "./fake_host.ts";

/** The sessions of bob's viewers on a port. */
async function viewed(
  port: number,
  protocol: "vnc" | "rdp" = "vnc",
  claimedDisplay?: number,
  peers = ["192.0.2.8"],
) {
  using host = new FakeHost().tcp(port, BOB);
  for (const peer of peers) host.tcp(port, BOB, peer);
  const index = await host.index();
  const viewers = [...index.connectionsTo(port)];
  return viewerSessions(index, [{ protocol, uid: BOB, port, claimedDisplay, viewers }]);
}

test.each([
  [5900, undefined, "vnc:0"],
  [5901, undefined, "vnc:1"],
  [6100, 7, "vnc:7"],
  [5901, 99, "vnc:99"],
  [5901, 100, "vnc:1"],
  [443, undefined, "vnc::443"],
  [5899, undefined, "vnc::5899"],
  [443, 3, "vnc:3"],
])("a viewer on port %p of a server that says display %p looks at %s", async (port, said, tty) => {
  expect(await viewed(port, "vnc", said)).toEqual([
    {
      user: "bob",
      tty,
      fromIp: "192.0.2.8",
      type: "vnc",
      startSeconds: undefined,
      lastInputSeconds: undefined,
    },
  ]);
});

test("each viewer is a session, and nobody's is none", async () => {
  const peers = ["192.0.2.8", "192.0.2.9"];
  const addresses = (await viewed(5901, "vnc", undefined, peers)).map(({ fromIp }) => fromIp);
  expect(addresses.toSorted()).toEqual(peers);
  expect(await viewed(5901, "vnc", undefined, [])).toEqual([]);
});

test("a desktop that is shown by RDP has no display", async () => {
  const [session] = await viewed(3389, "rdp", 7);
  expect([session!.type, session!.tty]).toEqual(["rdp", ""]);
});

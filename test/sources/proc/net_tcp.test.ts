import { expect, test } from "bun:test";
import { readlinkSync, readdirSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { addressFromHex, readTcpSockets } from "../../../src/sources/proc/net_tcp.ts";
import type { TcpSocket } from "../../../src/sources/proc/tcp_sockets.ts";
import { Root } from "../../../src/sources/root.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { hasTool, isLinux, output } from "../../helpers/system.ts";

const HEADER =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const SSH =
  "   1: 0F02000A:0016 0202000A:C350 01 00000000:00000000 02:00000A5B 00000000  1000        0 4711 2 0000000000000000 20 4 1 10 -1\n";
test.each([
  ["0100007F", "127.0.0.1"],
  ["00000000000000000000000001000000", "::1"],
  ["0000000000000000FFFF00000F02000A", "10.0.2.15"],
  ["B80D0120000000000000000001000000", "2001:db8::1"],
])("addressFromHex: %s is %s", (hex, text) => {
  expect(addressFromHex(hex)).toBe(text);
});

test("a host without IPv6 has no tcp6", async () => {
  using tree = new TempTree({ "/proc/net/tcp": HEADER + SSH });
  expect((await readTcpSockets(tree.root)).connectionsTo(22)).toHaveLength(1);
});

test("a host whose tables are hidden is an error, not a host without connections", async () => {
  using tree = new TempTree();
  await expect(readTcpSockets(tree.root)).rejects.toMatchObject({ code: "ENOENT" });
});

/** The inodes of this process's sockets, as its own links name them. */
function ownSocketInodes(): Set<number> {
  const inodes = new Set<number>();
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
      if (inode) inodes.add(Number(inode));
    } catch {
      // The listing's own.
    }
  }
  return inodes;
}

test.skipIf(!isLinux)("finds the sockets that this process opens", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const accepted = new Promise((resolve) => server.once("connection", resolve));
  const client = connect(port, "127.0.0.1");
  const connected = new Promise((resolve) => client.once("connect", resolve));
  await Promise.all([accepted, connected]);
  const tables = await readTcpSockets(new Root());
  const sockets = [
    ...tables.listeners().filter(({ localPort }) => localPort === port),
    ...tables.connectionsTo(port),
    ...tables.connectionsTo(client.localPort!),
  ];
  const inodes = ownSocketInodes();
  const shown = ({ listening, localPort, remotePort, remoteHex, uid, inode }: TcpSocket) =>
    `${listening} ${localPort} ${addressFromHex(remoteHex)}:${remotePort} ${uid} ${inodes.has(inode)}`;
  const uid = process.geteuid!();
  expect(sockets.map(shown).sort()).toEqual(
    [
      `true ${port} 0.0.0.0:0 ${uid} true`,
      `false ${port} 127.0.0.1:${client.localPort} ${uid} true`,
      `false ${client.localPort} 127.0.0.1:${port} ${uid} true`,
    ].sort(),
  );
  client.destroy();
  server.close();
});

function listenersBySs(): Set<number> {
  const lines = output("ss", "-tlnH")
    .split("\n")
    .filter((line) => line !== "");
  return new Set(lines.map((line) => Number(/:(\d+)$/.exec(line.split(/\s+/)[3]!)![1])));
}

test.skipIf(!isLinux || !hasTool("ss"))("lists the listeners that ss lists", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // Others may open and close theirs meanwhile.
  const before = listenersBySs();
  const sockets = await readTcpSockets(new Root());
  const after = listenersBySs();
  const found = new Set(sockets.listeners().map(({ localPort }) => localPort));
  expect(found).toContain((server.address() as AddressInfo).port);
  expect(before.intersection(after).difference(found).size).toBe(0);
  expect(found.difference(before.union(after)).size).toBe(0);
  server.close();
});

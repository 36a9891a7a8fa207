import { describe, expect, test } from "bun:test";
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";
import { readTcpSockets } from "../../../src/sources/proc/net_tcp.ts";
import { TcpTables } from "../../../src/sources/proc/tcp_tables.ts";
import type { TcpSockets } from "../../../src/sources/proc/tcp_sockets.ts";
import { Root } from "../../../src/sources/root.ts";
import { isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const ROW =
  "   1: 0F02000A:0016 0202000A:C350 01 00000000:00000000 00:00000000 00000000     0        0 4711 1 0\n";
const SNMP = "Tcp: ActiveOpens PassiveOpens CurrEstab\nTcp: 1 2 3\n";

/** A host whose counters stand still while its table changes. */
function host(table: string) {
  const tree = new TempTree({
    "/proc/net/tcp": `header\n${table}`,
    "/proc/net/snmp": SNMP,
    "/proc/net/sockstat": "TCP: inuse 1\n",
    "/proc/net/sockstat6": "TCP6: inuse 1\n",
  });
  let nowMs = 0;
  const tables = new TcpTables(tree.root, () => nowMs);
  const reads = async (...ports: number[]) => {
    await tables.read();
    tables.settle(new Set(ports));
    return tables.tablesRead;
  };
  return { tree, tables, reads, pass: (ms: number) => (nowMs += ms) };
}

describe("a host on which no counter moves", () => {
  test("is read once a minute", async () => {
    const { tree, reads, pass } = host(ROW);
    using _ = tree;
    expect([await reads(23), await reads(23)]).toEqual([2, 0]);
    pass(59_999);
    expect(await reads(23)).toBe(0);
    pass(1);
    expect([await reads(23), await reads(23)]).toEqual([2, 0]);
  });

  test("is read each time while somebody is connected to a port that counts", async () => {
    const { tree, reads } = host(ROW);
    using _ = tree;
    expect([await reads(22), await reads(22)]).toEqual([2, 2]);
  });

  test("is read each time when nobody says which ports count", async () => {
    const { tree, tables } = host("");
    using _ = tree;
    await tables.read();
    await tables.read();
    expect(tables.tablesRead).toBe(2);
  });

  test.each([
    ["/proc/net/snmp", SNMP.replace("1 2 3", "2 2 3")],
    ["/proc/net/snmp", SNMP.replace("1 2 3", "1 3 3")],
    ["/proc/net/snmp", SNMP.replace("1 2 3", "1 2 2")],
    ["/proc/net/sockstat", "TCP: inuse 2\n"],
    ["/proc/net/sockstat6", "TCP6: inuse 2\n"],
    ["/proc/net/sockstat6", ""],
  ])("a change of %s is noticed", async (path, content) => {
    const { tree, reads } = host("");
    using _ = tree;
    await reads();
    tree.write(path, content);
    expect(await reads()).toBe(2);
  });

  test("so long a table that it takes much memory is not kept", async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => ROW.replace("4711", String(5000 + i)));
    const { tree, reads } = host(rows.join(""));
    using _ = tree;
    expect([await reads(23), await reads(23)]).toEqual([2, 2]);
  });
});

const listen = async (port = 0, address = "127.0.0.1") => {
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return server;
};
const portOf = (server: Server) => (server.address() as AddressInfo).port;

describe.skipIf(!isLinux)("this machine", () => {
  test.each(["127.0.0.1", "::1"])(
    "each change on %s shows in the next reading",
    async (address) => {
      const tables = new TcpTables(new Root(), () => 0);
      const server = await listen(0, address);
      const port = portOf(server);
      let clientPort = 0;
      const ours = (sockets: TcpSockets) =>
        [
          ...sockets.listeners().filter(({ localPort }) => localPort === port),
          ...sockets.connectionsTo(port),
          ...sockets.connectionsTo(clientPort),
        ]
          .map(({ listening, localPort, inode }) => `${listening} ${localPort} ${inode}`)
          .sort();
      const agree = async () => {
        const found = ours(await tables.read());
        tables.settle(new Set([port]));
        expect(found).toEqual(ours(await readTcpSockets(new Root())));
        return found.length;
      };
      expect(await agree()).toBe(1);
      const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
      const client = connect(port, address);
      const peer = await accepted;
      clientPort = peer.remotePort!;
      expect(await agree()).toBe(3);
      // The client hangs up, and the server does not close.
      client.end();
      await new Promise((resolve) => peer.once("end", resolve).resume());
      expect(await agree()).toBe(1);
      peer.destroy();
      await Bun.sleep(20);
      expect(await agree()).toBe(1);
      // The port is given to another listener, which goes, too.
      await new Promise((resolve) => server.close(resolve));
      const next = await listen(port, address);
      await tables.read();
      tables.settle(new Set([port]));
      next.close();
      await Bun.sleep(20);
      expect(await agree()).toBe(0);
    },
  );
});

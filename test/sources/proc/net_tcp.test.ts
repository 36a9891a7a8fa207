import { describe, expect, test } from "bun:test";
import { readlinkSync, readdirSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import {
  type TcpSocket,
  addressFromHex,
  parseTcp,
  readTcpSockets,
} from "../../../src/sources/proc/net_tcp.ts";
import { Root } from "../../../src/sources/root.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { hasTool, isLinux, output } from "../../helpers/system.ts";

const HEADER =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const SSH =
  "   1: 0F02000A:0016 0202000A:C350 01 00000000:00000000 02:00000A5B 00000000  1000        0 4711 2 0000000000000000 20 4 1 10 -1\n";
const LISTENER =
  "  10: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 100 0 0 10 0\n";
const SSH6 =
  "   0: 0000000000000000FFFF00000F02000A:170D B80D0120000000000000000001000000:8CA0 01 00000000:00000000 00:00000000 00000000 65534        0 4713 1 0 20 4 1 10 -1\n";

const parse = (text: string) => parseTcp(Buffer.from(text));

describe("parseTcp", () => {
  test("reads both widths of addresses", () => {
    expect(parse(HEADER + SSH + LISTENER + SSH6)).toEqual([
      {
        listening: false,
        localPort: 22,
        remotePort: 50000,
        remoteHex: "0202000A",
        uid: 1000,
        inode: 4711,
      },
      { listening: true, localPort: 22, remotePort: 0, remoteHex: "00000000", uid: 0, inode: 4712 },
      {
        listening: false,
        localPort: 5901,
        remotePort: 36000,
        remoteHex: "B80D0120000000000000000001000000",
        uid: 65534,
        inode: 4713,
      },
    ]);
  });

  test.each(["02", "03", "04", "05", "06", "07", "08", "09", "0B", "0C"])(
    "state %s is left out",
    (state) => {
      expect(parse(HEADER + SSH.replace(" 01 ", ` ${state} `) + LISTENER)).toHaveLength(1);
    },
  );

  test("a connection that nobody has accepted yet has no inode", () => {
    expect(parse(HEADER + SSH.replace("4711", "0"))).toMatchObject([{ localPort: 22, inode: 0 }]);
  });

  test("a table that is cut off anywhere costs no more than its last line", () => {
    const whole = HEADER + SSH + LISTENER;
    const all = parse(whole);
    for (let length = 0; length < whole.length; length++) {
      const found = parse(whole.slice(0, length));
      expect(found).toEqual(all.slice(0, length < (HEADER + SSH).length ? 0 : 1));
    }
  });

  test.each([
    "",
    "\n",
    HEADER,
    HEADER + "::::\n",
    HEADER + "garbage\n\n: :\n",
    HEADER + SSH.slice(0, 40) + "\n",
  ])("%j holds no socket", (text) => {
    expect(parse(text)).toEqual([]);
  });

  test("an odd line does not hide the one behind it", () => {
    expect(parse(HEADER + "   7: 00:0016\n" + LISTENER).map(({ inode }) => inode)).toEqual([4712]);
  });
});

test.each([
  ["0100007F", "127.0.0.1"],
  ["00000000000000000000000001000000", "::1"],
  ["0000000000000000FFFF00000F02000A", "10.0.2.15"],
  ["B80D0120000000000000000001000000", "2001:db8::1"],
])("addressFromHex: %s is %s", (hex, text) => {
  expect(addressFromHex(hex)).toBe(text);
});

test("a socket that the kernel lists twice is one, and a host without IPv6 has no tcp6", async () => {
  using tree = new TempTree({ "/proc/net/tcp": HEADER + SSH + LISTENER + SSH });
  expect(await readTcpSockets(tree.root)).toHaveLength(2);
});

test("connections that wait to be accepted are told apart by their peers", async () => {
  const waiting = SSH.replace("4711", "0");
  const fromPort = (hex: string) => waiting.replace(":C350", `:${hex}`);
  using tree = new TempTree({
    "/proc/net/tcp": HEADER + waiting + fromPort("C351") + waiting,
    "/proc/net/tcp6": HEADER + SSH6.replace("4713", "0"),
  });
  const ports = (await readTcpSockets(tree.root)).map(({ remotePort }) => remotePort);
  expect(ports.sort()).toEqual([36000, 50000, 50001]);
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
  const sockets = (await readTcpSockets(new Root())).filter(
    ({ localPort, remotePort }) => localPort === port || remotePort === port,
  );
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
  const found = new Set(
    sockets.filter(({ listening }) => listening).map(({ localPort }) => localPort),
  );
  expect(found).toContain((server.address() as AddressInfo).port);
  expect(before.intersection(after).difference(found).size).toBe(0);
  expect(found.difference(before.union(after)).size).toBe(0);
  server.close();
});

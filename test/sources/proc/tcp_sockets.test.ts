import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  LISTENERS_A_TURN,
  MAX_CONNECTIONS,
  TcpSockets,
} from "../../../src/sources/proc/tcp_sockets.ts";
import { everySocket, inOrder, portsIn, socketsBySearch } from "../../helpers/tcp_table.ts";

const HEADER =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const SSH =
  "   1: 0F02000A:0016 0202000A:C350 01 00000000:00000000 02:00000A5B 00000000  1000        0 4711 2 0000000000000000 20 4 1 10 -1\n";
const LISTENER =
  "  10: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 100 0 0 10 0\n";
const SSH6 =
  "   0: 0000000000000000FFFF00000F02000A:170D B80D0120000000000000000001000000:8CA0 01 00000000:00000000 00:00000000 00000000 65534        0 4713 1 0 20 4 1 10 -1\n";

const ask = (...tables: string[]) => new TcpSockets(tables.map((text) => Buffer.from(text)));
const found = (text: string) => {
  const sockets = ask(text);
  return [...sockets.listeners(), ...sockets.connectionsTo(22), ...sockets.connectionsTo(5901)];
};

const ssh = {
  listening: false,
  localPort: 22,
  remotePort: 50000,
  remoteHex: "0202000A",
  uid: 1000,
  inode: 4711,
};

test("sockets of both tables", () => {
  const sockets = ask(HEADER + SSH + LISTENER, HEADER + SSH6);
  expect(sockets.listeners()).toEqual([
    { listening: true, localPort: 22, remotePort: 0, remoteHex: "00000000", uid: 0, inode: 4712 },
  ]);
  expect(sockets.connectionsTo(22)).toEqual([ssh]);
  expect(sockets.connectionsTo(5901)).toEqual([
    {
      listening: false,
      localPort: 5901,
      remotePort: 36000,
      remoteHex: "B80D0120000000000000000001000000",
      uid: 65534,
      inode: 4713,
    },
  ]);
  expect(sockets.connectionsTo(36000)).toEqual([]);
  expect(sockets.connectionOf(4711)).toEqual(ssh);
  // What listens is no connection; a number in another column is no inode.
  expect([4712, 1000, 20].map((inode) => sockets.connectionOf(inode))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

describe.each([
  "debian11",
  "debian12",
  "debian12-nologind",
  "debian13",
  "debian13-bare",
  "debian13-desktops",
  "debian13-syslog",
])("%s", (host) => {
  const tables = ["tcp", "tcp6"].map((name) =>
    readFileSync(join(import.meta.dir, `../../fixtures/${host}/proc/net/${name}`)),
  );
  const all = everySocket(tables);

  test("the searches find every socket, and no other", () => {
    const ports = portsIn(tables);
    expect(all.length).toBeGreaterThan(0);
    expect(inOrder(socketsBySearch(new TcpSockets(tables), ports))).toEqual(inOrder(all));
  });

  test("each connection is found by its inode", () => {
    const sockets = new TcpSockets(tables);
    for (const socket of all) {
      const expected = socket.listening || socket.inode === 0 ? undefined : socket;
      expect(socket.inode === 0 ? undefined : sockets.connectionOf(socket.inode)).toEqual(expected);
    }
  });
});

test.each(["02", "03", "04", "05", "06", "07", "08", "09", "0B", "0C"])(
  "state %s is left out",
  (state) => {
    expect(found(HEADER + SSH.replace(" 01 ", ` ${state} `) + LISTENER)).toHaveLength(1);
    expect(found(HEADER + SSH + LISTENER.replace(":0000 0A ", `:0000 ${state} `))).toHaveLength(1);
  },
);

test("a socket that the kernel lists twice is one", () => {
  expect(found(HEADER + SSH + LISTENER + SSH + LISTENER)).toHaveLength(2);
});

test("connections that wait to be accepted have no inode and are told apart by their peers", () => {
  const waiting = SSH.replace("4711", "0");
  const fromPort = (hex: string) => waiting.replace(":C350", `:${hex}`);
  const sockets = ask(HEADER + waiting + fromPort("C351") + waiting, HEADER + SSH6);
  expect(sockets.connectionsTo(22).map(({ remotePort }) => remotePort)).toEqual([50000, 50001]);
});

test("a connection of a port with itself is one", () => {
  expect(ask(HEADER + SSH.replace(":C350", ":0016")).connectionsTo(22)).toHaveLength(1);
});

test("a table that is cut off anywhere costs no more than its last line", () => {
  const whole = HEADER + SSH + LISTENER;
  for (let length = 0; length < whole.length; length++) {
    const expected = length < (HEADER + SSH).length ? [] : [ssh];
    expect(found(whole.slice(0, length))).toEqual(expected);
  }
});

test.each([
  "",
  "\n",
  HEADER,
  HEADER + "::::\n",
  HEADER + "garbage\n\n: :\n",
  HEADER + SSH.slice(0, 40) + "\n",
  HEADER + " :0016 :0000 0A \n",
  HEADER + SSH.replace("0F02000A", "0F02") + "\n",
  HEADER + SSH.replace("0202000A", "B80D0120000000000000000001000000") + "\n",
])("%j holds no socket", (text) => {
  expect(found(text)).toEqual([]);
});

test("an odd line does not hide the one behind it", () => {
  const text = HEADER + "   7: 00:0016\n" + LISTENER;
  expect(found(text).map(({ inode }) => inode)).toEqual([4712]);
});

/** 2,000 connections to as many ports. */
const manyPorts = Array.from({ length: 2000 }, (_, i) => 20_000 + i);
const crowd =
  HEADER +
  manyPorts
    .map((port, i) =>
      SSH.replace("0016", port.toString(16).toUpperCase()).replace("4711", `${5000 + i}`),
    )
    .join("");

test("many ports, and many inodes, are not each searched for", () => {
  const table = Buffer.from(crowd);
  let searchedBytes = 0;
  const search = table.indexOf.bind(table) as (pattern: Buffer | number, from: number) => number;
  table.indexOf = (pattern: unknown, from: unknown = 0) => {
    const at = search(pattern as Buffer, from as number);
    searchedBytes += (at < 0 ? table.length : at) - (from as number);
    return at;
  };
  const sockets = new TcpSockets([table]);
  for (const port of manyPorts) expect(sockets.connectionsTo(port)).toHaveLength(1);
  for (const i of manyPorts.keys()) expect(sockets.connectionOf(5000 + i)).toBeDefined();
  expect(searchedBytes).toBeLessThan(80 * crowd.length);
});

test("a port is asked for as often as one likes", () => {
  const sockets = ask(crowd);
  for (let i = 0; i < 2; i++) {
    for (const port of manyPorts) expect(sockets.connectionsTo(port)).toHaveLength(1);
    expect(sockets.connectionsTo(22)).toEqual([]);
  }
});

test("other work has its turn between the listeners of a long table", async () => {
  const listeners = 10 * LISTENERS_A_TURN;
  const lines = Array.from({ length: listeners }, (_, i) =>
    LISTENER.replace("4712", `${5000 + i}`),
  );
  let turns = 0;
  const yieldTurn = () => {
    turns++;
    return Promise.resolve();
  };
  const table = Buffer.from(HEADER + lines.join(""));
  const sockets = await TcpSockets.inTurns([table], yieldTurn);
  expect(sockets.listeners()).toHaveLength(listeners);
  expect(turns).toBe(10);
});

test("of the connections to one port a limited number is looked at", () => {
  const lines = Array.from({ length: MAX_CONNECTIONS + 5 }, (_, i) =>
    SSH.replace("4711", `${5000 + i}`),
  );
  expect(ask(lines.join("")).connectionsTo(22)).toHaveLength(MAX_CONNECTIONS);
});

test("connections that lead to the same port elsewhere hide none, however many a user makes", () => {
  const outgoing = Array.from({ length: MAX_CONNECTIONS + 5 }, (_, i) =>
    SSH.replace(":0016", ":9000")
      .replace(":C350", ":0016")
      .replace("4711", `${5000 + i}`),
  );
  expect(ask(HEADER + outgoing.join("") + SSH).connectionsTo(22)).toEqual([ssh]);
});

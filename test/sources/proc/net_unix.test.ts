import { expect, test } from "bun:test";
import { connect, createServer } from "node:net";
import { MAX_SOCKETS, parseUnix, readUnixSockets } from "../../../src/sources/proc/net_unix.ts";
import { Root } from "../../../src/sources/root.ts";
import { isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { expectLinearText } from "../../helpers/growth.ts";

/** As xrdp 0.10 leaves it on Debian 13, one client being attached. */
const TABLE = `Num       RefCount Protocol Flags    Type St Inode Path
00000000c5b5ef24: 00000002 00000000 00010000 0001 01 1080580 /run/xrdp/sockdir/1000/xrdp_display_10
000000007bfabe57: 00000002 00000000 00000000 0002 01 1080581 /run/xrdp/sockdir/1000/xrdp_disconnect_display_10
000000002ce681bf: 00000003 00000000 00000000 0001 03 1081363 /run/xrdp/sockdir/1000/xrdp_display_10
00000000a5fb8d53: 00000003 00000000 00000000 0001 03 1080972 @/run/xrdp/sockdir/1000/xrdp_chansrv_socket_10
000000000cbfcd89: 00000003 00000000 00000000 0001 03 1080971
0000000031d8321b: 00000003 00000000 00000000 0001 03   600 /run/user/1000/bus
`;
const SOCKETS = [
  { path: "/run/xrdp/sockdir/1000/xrdp_display_10", listening: true, inode: 1_080_580 },
  { path: "/run/xrdp/sockdir/1000/xrdp_display_10", listening: false, inode: 1_081_363 },
];

const parse = (text: string, namePart = "/xrdp_") => parseUnix(Buffer.from(text), namePart)!;

test("reads the stream sockets with a path of the name that is asked for", () => {
  expect(parse(TABLE)).toEqual(SOCKETS);
  expect(parse(TABLE, "/bus")).toEqual([
    { path: "/run/user/1000/bus", listening: false, inode: 600 },
  ]);
});

test("a socket that the kernel lists twice is one", () => {
  expect(parse(TABLE + TABLE)).toEqual(SOCKETS);
});

test("a table that is cut off anywhere is read as far as its last whole line", () => {
  for (let length = 0; length <= TABLE.length; length++) {
    expect(SOCKETS).toEqual(expect.arrayContaining(parse(TABLE.slice(0, length))));
  }
});

test.each([
  ["the path alone", "/run/xrdp/sockdir/1000/xrdp_display_10"],
  ["a line of fewer columns", "0: 0 0 0 0001 03 5 /run/xrdp/sockdir/1000/xrdp_display_10"],
  ["another protocol", "00000000c5b5ef24: 00000003 00000001 00000000 0001 03 7 /x/xrdp_display_1"],
  [
    "a state that no stream socket with a client has",
    "00000000c5b5ef24: 00000003 00000000 00000000 0001 02 7 /x/xrdp_display_1",
  ],
])("no socket: %s behind a newline in a name", (_, forged) => {
  const line = "0000000000000001: 00000002 00000000 00010000 0001 01 44 /tmp/x";
  expect(parse(`${TABLE}${line}\n${forged}\n`)).toEqual(SOCKETS);
});

test("a name that goes on for ever is looked at in one piece of bounded length", () => {
  const endless = "/xrdp_".repeat(100_000);
  expect(parse(`${TABLE}${endless}\n${endless}`)).toEqual(SOCKETS);
});

test("more sockets of the name than a host has are an error", async () => {
  const line = (i: number) =>
    `0000000000000001: 00000002 00000000 00010000 0001 01 ${i} /run/xrdp/xrdp_display_${i}\n`;
  const lines = Array.from({ length: MAX_SOCKETS }, (_, i) => line(i)).join("");
  using tree = new TempTree({ "/proc/net/unix": lines });
  expect(await readUnixSockets(tree.root, "/xrdp_")).toHaveLength(MAX_SOCKETS);
  tree.write("/proc/net/unix", lines + line(MAX_SOCKETS));
  await expect(readUnixSockets(tree.root, "/xrdp_")).rejects.toThrow("has more than 10000 sockets");
});

test("a host whose table is hidden is an error", async () => {
  using tree = new TempTree();
  await expect(readUnixSockets(tree.root, "/")).rejects.toMatchObject({ code: "ENOENT" });
});

test.skipIf(!isLinux)("sees each client of a socket of this process come and go", async () => {
  using tree = new TempTree();
  const path = `${tree.folder}/socket`;
  const count = async () =>
    (await readUnixSockets(new Root(), path)).filter(({ listening }) => !listening).length;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  expect(await count()).toBe(0);
  const open = async () => {
    const accepted = new Promise((resolve) => server.once("connection", resolve));
    const client = connect(path);
    await accepted;
    return client;
  };
  const first = await open();
  const second = await open();
  expect(await count()).toBe(2);
  first.destroy();
  for (let i = 0; i < 100 && (await count()) !== 1; i++) await Bun.sleep(5);
  expect(await count()).toBe(1);
  second.destroy();
  server.close();
});

test("work grows with the length of the table", () => {
  const line = "0000000000000001: 00000002 00000000 00010000 0001 01 44 ";
  expectLinearText((text) => parse(text), "/_x\n 0@:", line);
  expectLinearText((text) => parse(text), "/_x\n 0@:", `${line}/xrdp_`, "/xrdp_\n");
});

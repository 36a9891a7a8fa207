import { expect, test } from "bun:test";
import { connect, createServer } from "node:net";
import { parseUnix, readUnixConnections } from "../../../src/sources/proc/net_unix.ts";
import { Root } from "../../../src/sources/root.ts";
import { isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const TABLE = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 18543 /tmp/.X11-unix/X10
0000000000000000: 00000003 00000000 00000000 0001 03 18600 /tmp/.X11-unix/X10
0000000000000000: 00000003 00000000 00000000 0001 03   600 /tmp/.X11-unix/X10
0000000000000000: 00000003 00000000 00000000 0001 03 18601 @/tmp/.X11-unix/X10
0000000000000000: 00000003 00000000 00000000 0001 03 18602
0000000000000000: 00000003 00000000 00000000 0001 03 18603 /run/a path/with blanks
0000000000000000: 00000003 00000000 00000000 0001 02 18604 /run/connecting
`;

test("counts the open connections of each path", () => {
  expect(parseUnix(TABLE)).toEqual(
    new Map([
      ["/tmp/.X11-unix/X10", 2],
      ["/run/a path/with blanks", 1],
    ]),
  );
});

test("a table that is cut off anywhere is read as far as it goes", () => {
  const whole = parseUnix(TABLE);
  for (let length = 0; length <= TABLE.length; length++) {
    for (const [path, count] of parseUnix(TABLE.slice(0, length))) {
      // Only the path of the very last line may be cut.
      const original = [...whole.keys(), "/run/connecting"].find((known) => known.startsWith(path));
      expect(original).toBeDefined();
      expect(count).toBeLessThanOrEqual(2);
    }
  }
});

test("a host whose table is hidden is an error", async () => {
  using tree = new TempTree();
  await expect(readUnixConnections(tree.root)).rejects.toMatchObject({ code: "ENOENT" });
});

test.skipIf(!isLinux)("sees each client of a socket of this process come and go", async () => {
  using tree = new TempTree();
  const path = `${tree.folder}/socket`;
  const count = async () => (await readUnixConnections(new Root())).get(path);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  expect(await count()).toBeUndefined();
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

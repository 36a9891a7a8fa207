import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { readOpenInodes } from "../../../src/sources/proc/pid_fd.ts";
import { readTcpSockets } from "../../../src/sources/proc/net_tcp.ts";
import { Root } from "../../../src/sources/root.ts";
import { asNobody, isLinux, isRoot } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const INFO = "pos:\t0\nflags:\t02\nmnt_id:\t9\nino:\t7001\n";

test("takes the sockets from the links, and nothing else that is open", () => {
  using tree = new TempTree();
  const folder = `${tree.folder}/proc/9/fd`;
  mkdirSync(folder, { recursive: true });
  const targets = ["socket:[4711]", "pipe:[5]", "/dev/null", "socket:[18446744073]", "/socket:[6]"];
  targets.forEach((target, fd) => symlinkSync(target, `${folder}/${fd}`));
  expect(readOpenInodes(tree.root, 9)).toEqual(new Set([4711, 18446744073]));
});

test("takes the inodes from fdinfo where the links may not be followed", () => {
  using tree = new TempTree({ "/proc/9/fdinfo/3": INFO, "/proc/9/fdinfo/4": "pos:\t0\n" });
  expect(readOpenInodes(tree.root, 9)).toEqual(new Set([7001]));
});

test("of a process that is gone, or hidden, nothing is known", () => {
  using tree = new TempTree();
  expect(readOpenInodes(tree.root, 9)).toBeUndefined();
});

/** A server of this process, and its socket's inode by the TCP table. */
async function openServer() {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const socket = (await readTcpSockets(new Root()))
    .listeners()
    .find(({ localPort }) => localPort === port)!;
  return { server, inode: socket.inode };
}

test.skipIf(!isLinux)("finds this process's own server for as long as it is open", async () => {
  const { server, inode } = await openServer();
  const isFound = () => readOpenInodes(new Root(), process.pid)!.has(inode);
  expect(isFound()).toBe(true);
  server.close();
  for (let i = 0; i < 100 && isFound(); i++) await Bun.sleep(5);
  expect(isFound()).toBe(false);
});

test.skipIf(!isLinux)("fdinfo alone tells of the same socket", async () => {
  using tree = new TempTree();
  mkdirSync(`${tree.folder}/proc/9`, { recursive: true });
  symlinkSync(`/proc/${process.pid}/fdinfo`, `${tree.folder}/proc/9/fdinfo`);
  const { server, inode } = await openServer();
  expect(readOpenInodes(tree.root, 9)).toContain(inode);
  server.close();
});

test.skipIf(!isLinux || !isRoot)(
  "without privilege root's process tells nothing (needs root)",
  () => {
    const expression = `it.readOpenInodes({ proc: (path) => "/proc/" + path }, ${process.pid}) ?? null`;
    expect(asNobody("../../src/sources/proc/pid_fd.ts", expression)).toBeNull();
  },
);

import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { readOpenInodes } from "../../src/sources/proc_pid_fd.ts";
import { readTcpSockets } from "../../src/sources/proc_net_tcp.ts";
import { Root } from "../../src/sources/root.ts";
import { asNobody, isLinux, isRoot } from "../helpers/system.ts";
import { TempTree } from "../helpers/temp_tree.ts";

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

test.skipIf(!isLinux)("finds this process's own server, as the TCP table numbers it", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const socket = (await readTcpSockets(new Root())).find(({ localPort }) => localPort === port)!;
  expect(readOpenInodes(new Root(), process.pid)).toContain(socket.inode);
  server.close();
  for (let i = 0; i < 100 && readOpenInodes(new Root(), process.pid)!.has(socket.inode); i++) {
    await Bun.sleep(5);
  }
  expect(readOpenInodes(new Root(), process.pid)).not.toContain(socket.inode);
});

test.skipIf(!isLinux)("both ways agree on the sockets of a process", () => {
  using tree = new TempTree();
  // A /proc that has this process's fdinfo only.
  mkdirSync(`${tree.folder}/proc/9`, { recursive: true });
  symlinkSync(`/proc/${process.pid}/fdinfo`, `${tree.folder}/proc/9/fdinfo`);
  const links = readOpenInodes(new Root(), process.pid)!;
  const infos = readOpenInodes(tree.root, 9)!;
  expect(links.size).toBeGreaterThan(0);
  expect(links.difference(infos).size).toBe(0);
});

test.skipIf(!isLinux || !isRoot)(
  "without privilege root's process tells nothing (needs root)",
  () => {
    const expression = `it.readOpenInodes({ proc: (path) => "/proc/" + path }, ${process.pid}) ?? null`;
    expect(asNobody("../../src/sources/proc_pid_fd.ts", expression)).toBeNull();
  },
);

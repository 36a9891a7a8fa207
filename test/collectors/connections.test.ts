import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { connectionsCollector } from "../../src/collectors/connections.ts";
import { Snapshot } from "../../src/collectors/runtime/snapshot.ts";
import { processFiles } from "../helpers/proc_files.ts";
import { SmallHost, series } from "../helpers/small_host.ts";

/** A row of /proc/net/tcp: a listener without a peer's port, else a connection. */
function row(port: number, peerPort: number, inode: number, uid = 0): string {
  const hex = (n: number) => n.toString(16).toUpperCase().padStart(4, "0");
  const [peer, state] = peerPort === 0 ? ["00000000", "0A"] : ["070200C0", "01"];
  const ends = `0100007F:${hex(port)} ${peer}:${hex(peerPort)}`;
  return `   0: ${ends} ${state} 00000000:00000000 00:00000000 00000000 ${uid} 0 ${inode} 1\n`;
}

const collect = async (host: SmallHost) =>
  series(await connectionsCollector.collect(new Snapshot(host.host())));

/** alice's VNC server on a port, with one viewer. */
function serveVnc(host: SmallHost, port: number): string {
  const server = { pid: 2000, uid: 1000, parentPid: 1, comm: "x11vnc" };
  for (const [path, text] of Object.entries(processFiles(server))) host.write(path, text);
  const uids = "1000\t1000\t1000\t1000";
  host.write("/proc/2000/status", `Name:\tx11vnc\nUid:\t${uids}\nNSpid:\t2000\n`);
  host.write("/proc/2000/cmdline", `/usr/bin/x11vnc\0-rfbport\0${port}\0`);
  mkdirSync(`${host.folder}/proc/2000/fd`);
  for (const inode of [11, 12])
    symlinkSync(`socket:[${inode}]`, `${host.folder}/proc/2000/fd/${inode}`);
  return row(port, 0, 11, 1000) + row(port, 50_000, 12, 1000);
}

test.each([
  [5899, 0],
  [5900, 1],
  [64_999, 1],
  [65_000, 0],
])("counts connections to SSH ports and to VNC servers: on port %p %p", async (port, vnc) => {
  using host = new SmallHost();
  const ssh = [row(22, 0, 1), row(22, 40_001, 2), row(22, 40_002, 3), row(2222, 40_003, 4)];
  host.write("/proc/net/tcp", `  sl  local_address\n${ssh.join("")}${serveVnc(host, port)}`);
  expect(await collect(host)).toEqual([
    "ssh_connections{} 2",
    `vnc_connections{} ${vnc}`,
    `remote_connections{} ${2 + vnc}`,
    "tcp_tables_read{} 2",
  ]);
});

test("nobody connected is 0", async () => {
  using host = new SmallHost();
  expect((await collect(host)).slice(0, 3)).toEqual([
    "ssh_connections{} 0",
    "vnc_connections{} 0",
    "remote_connections{} 0",
  ]);
});

test("where processes are hidden, nothing is said of VNC servers", async () => {
  using host = new SmallHost();
  host.write("/proc/1/stat", "");
  host.write("/proc/net/tcp", `  sl\n${row(22, 40_001, 2)}`);
  expect(await collect(host)).toEqual(["ssh_connections{} 1", "tcp_tables_read{} 2"]);
});

test("without the table nothing is known", async () => {
  using host = new SmallHost();
  await Bun.file(`${host.folder}/proc/net/tcp`).delete();
  expect(await collect(host)).toEqual([]);
});

import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { hosts, openTree } from "./tree.ts";

describe.each(hosts)("%s", (host) => {
  const tree = openTree(host);
  afterAll(() => tree.dispose());
  const at = (name: string) => join(tree.path, name);
  const text = (name: string) => readFileSync(at(name), "utf8");

  test("has its FIFOs back", () => {
    for (const fifo of tree.manifest.fifos) expect(lstatSync(at(fifo)).isFIFO()).toBe(true);
    const logind = existsSync(at("run/systemd/sessions"));
    expect(tree.manifest.fifos.length > 0).toBe(logind);
  });

  test("has the times of its terminals back", () => {
    const times = Object.entries(tree.manifest.times);
    expect(times.length).toBeGreaterThan(0);
    for (const [name, { atime, mtime }] of times) {
      const stat = statSync(at(name));
      expect(stat.size).toBe(0);
      expect(stat.atimeMs / 1000).toBeCloseTo(atime, 2);
      expect(stat.mtimeMs / 1000).toBeCloseTo(mtime, 2);
      expect(atime).toBeLessThanOrEqual(tree.manifest.capturedAt + 1);
    }
  });

  test("names the sockets of its sshd processes, and the tcp tables hold them", () => {
    const rows = text("proc/net/tcp") + text("proc/net/tcp6");
    const held = readdirSync(at("proc"))
      .filter((name) => existsSync(at(`proc/${name}/fd`)))
      .flatMap((pid) =>
        readdirSync(at(`proc/${pid}/fd`)).map((fd) => readlinkSync(at(`proc/${pid}/fd/${fd}`))),
      );
    for (const link of held) expect(link).toMatch(/^socket:\[\d+\]$/);
    const inodes = new Set(held.map((link) => link.slice(8, -1)));
    const established = rows
      .split("\n")
      .filter((row) => / 01 /.test(row) && /:0016 [0-9A-F]+:/.test(row));
    expect(established).toHaveLength(tree.expected.ssh_connections);
    for (const row of established) expect(inodes).toContain(row.trim().split(/\s+/)[9]!);
  });

  test("keeps every process whole", () => {
    for (const pid of readdirSync(at("proc")).filter((name) => /^\d+$/.test(name))) {
      expect(text(`proc/${pid}/stat`)).toStartWith(`${pid} (`);
      expect(text(`proc/${pid}/status`)).toMatch(/^Uid:\t\d+/m);
    }
  });

  test("has an expectation that agrees with itself and with what tty(1) said", () => {
    const { sessions, session_count, logged_in_users } = tree.expected;
    expect(sessions.reduce((sum, session) => sum + session.count, 0)).toBe(session_count);
    expect(new Set(sessions.map(({ username }) => username)).size).toBe(logged_in_users);
    const opened = text("oracle/opened.txt");
    for (const { tty, session_type } of sessions) {
      if (session_type === "terminal") expect(opened).toContain(`/dev/${tty}\n`);
    }
  });
});

test("a disposed tree is gone", () => {
  const tree = openTree("debian13-bare");
  tree.dispose();
  expect(existsSync(tree.path)).toBe(false);
});

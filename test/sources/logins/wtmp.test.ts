import { expect, test } from "bun:test";
import { appendFileSync, copyFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { WtmpReader } from "../../../src/sources/logins/wtmp.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { utmpRecord } from "../../helpers/utmp_record.ts";

const login = (user: string, seconds: number) => utmpRecord({ user, seconds });

function wtmp(...records: Buffer[]) {
  const tree = new TempTree();
  const path = tree.write("/var/log/wtmp", Buffer.concat(records));
  const reader = new WtmpReader(tree.root);
  const read = async () => Object.fromEntries(await reader.read());
  return { path, read, [Symbol.dispose]: () => tree[Symbol.dispose]() };
}

test("gives the newest login of each user, whatever the order", async () => {
  using file = wtmp(login("alice", 300), login("bob", 200), login("alice", 100));
  expect(await file.read()).toEqual({ alice: 300, bob: 200 });
});

test("logouts and boots are no logins", async () => {
  using file = wtmp(
    utmpRecord({ type: 2, user: "reboot", line: "~", seconds: 5 }),
    utmpRecord({ type: 8, user: "", seconds: 6 }),
    login("alice", 7),
  );
  expect(await file.read()).toEqual({ alice: 7 });
});

test("goes on where the reading before ended", async () => {
  using file = wtmp(login("alice", 100));
  await file.read();
  // Were the beginning read again, this would show.
  const old = login("mallory", 999);
  const changed = Buffer.concat([old, login("alice", 200), login("bob", 150)]);
  writeFileSync(file.path, changed, { flag: "r+" });
  expect(await file.read()).toEqual({ alice: 200, bob: 150 });
});

test("waits for the rest of a record that is just being written", async () => {
  using file = wtmp(login("alice", 100));
  const next = login("alice", 200);
  for (const [from, to] of [
    [0, 1],
    [1, 383],
  ] as const) {
    appendFileSync(file.path, next.subarray(from, to));
    expect(await file.read()).toEqual({ alice: 100 });
  }
  appendFileSync(file.path, next.subarray(383));
  expect(await file.read()).toEqual({ alice: 200 });
});

test("keeps what it knows when the file is rotated by renaming, and reads the new one", async () => {
  using file = wtmp(login("alice", 100), login("bob", 100));
  await file.read();
  renameSync(file.path, `${file.path}.1`);
  writeFileSync(file.path, "");
  expect(await file.read()).toEqual({ alice: 100, bob: 100 });
  // As long as the old one, so that its size alone does not tell.
  appendFileSync(file.path, Buffer.concat([login("alice", 300), login("carol", 310)]));
  expect(await file.read()).toEqual({ alice: 300, bob: 100, carol: 310 });
});

test("keeps what it knows when the file is copied and truncated", async () => {
  using file = wtmp(login("alice", 100), login("bob", 100));
  await file.read();
  copyFileSync(file.path, `${file.path}.1`);
  truncateSync(file.path);
  appendFileSync(file.path, login("alice", 400));
  expect(await file.read()).toEqual({ alice: 400, bob: 100 });
});

test("a file of many chunks is read whole", async () => {
  const records = Array.from({ length: 5000 }, (_, i) => login(`user${i % 7}`, i + 1));
  using file = wtmp(...records);
  const found = await file.read();
  expect(Object.keys(found)).toHaveLength(7);
  expect(Math.max(...Object.values(found))).toBe(5000);
});

test("a missing file is an error, and read again when it comes back", async () => {
  using file = wtmp(login("alice", 100));
  await file.read();
  renameSync(file.path, `${file.path}.1`);
  await expect(file.read()).rejects.toMatchObject({ code: "ENOENT" });
  writeFileSync(file.path, login("alice", 500));
  expect(await file.read()).toEqual({ alice: 500 });
});

// What was appended between the last reading and the rotation is in the renamed file only.
test("a login right before a rotation is seen", async () => {
  using file = wtmp(login("alice", 100));
  await file.read();
  appendFileSync(file.path, login("alice", 200));
  renameSync(file.path, `${file.path}.1`);
  writeFileSync(file.path, "");
  expect(await file.read()).toEqual({ alice: 200 });
});

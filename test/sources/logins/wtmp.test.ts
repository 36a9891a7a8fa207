import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { BrokenSourceError } from "../../../src/sources/errors.ts";
import { MAX_USERS } from "../../../src/sources/logins/login_table.ts";
import { WtmpReader } from "../../../src/sources/logins/wtmp.ts";
import { openFilesIn } from "../../helpers/descriptors.ts";
import { isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { utmpRecord } from "../../helpers/utmp_record.ts";

const login = (user: string, seconds: number) => utmpRecord({ user, seconds });

const NOW_SECONDS = 2_000_000_000;

function wtmp(...records: Buffer[]) {
  const tree = new TempTree();
  const path = tree.write("/var/log/wtmp", Buffer.concat(records));
  const reader = new WtmpReader(tree.root, () => NOW_SECONDS);
  const read = async () => Object.fromEntries(await reader.read());
  return {
    path,
    folder: `${tree.folder}/var/log`,
    read,
    [Symbol.dispose]: () => tree[Symbol.dispose](),
  };
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

test("a login of the future is none, and hides no earlier one", async () => {
  using file = wtmp(
    login("alice", 100),
    login("alice", NOW_SECONDS + 61),
    login("bob", NOW_SECONDS),
  );
  expect(await file.read()).toEqual({ alice: 100, bob: NOW_SECONDS });
});

test("windows of terminal emulators, tmux and screen are no logins", async () => {
  const at = (user: string, line: string, host: string, seconds: number) =>
    utmpRecord({ user, line, host, seconds });
  using file = wtmp(
    at("alice", ":0", ":0", 100),
    at("alice", "pts/4", ":0", 900),
    at("bob", "pts/1", "192.0.2.3", 200),
    at("bob", "pts/9", "tmux(2211).%3", 900),
    at("carol", "pts/2", "", 300),
    at("carol", "pts/5", ":pts/2:S.0", 900),
    at("dave", "pts/6", "198.51.100.7 via mosh [42]", 400),
    at("erin", "tty2", ":1", 500),
  );
  expect(await file.read()).toEqual({ alice: 100, bob: 200, carol: 300, dave: 400, erin: 500 });
});

test("of a long file the newest logins are known first, the rest after the next readings", async () => {
  const many = Buffer.concat(Array.from({ length: 30_000 }, (_, i) => login("often", 1000 + i)));
  using file = wtmp(login("long-ago", 1), many, login("latest", 50_000));
  expect(await file.read()).toEqual({ often: 30_999, latest: 50_000 });
  appendFileSync(file.path, login("new", 60_000));
  expect(await file.read()).toEqual({ often: 30_999, latest: 50_000, new: 60_000, "long-ago": 1 });
});

test("a flood of new records takes several readings, and its rest no change of the file", async () => {
  using file = wtmp(login("before", 1));
  await file.read();
  const many = Buffer.concat(Array.from({ length: 30_000 }, (_, i) => login("often", 1000 + i)));
  appendFileSync(file.path, Buffer.concat([many, login("latest", 50_000)]));
  expect(await file.read()).toEqual({ before: 1, often: 1000 + 25 * 1024 - 1 });
  expect(await file.read()).toEqual({ before: 1, often: 30_999, latest: 50_000 });
});

describe("more users than a host has", () => {
  const names = (count: number) =>
    Buffer.concat(Array.from({ length: count }, (_, i) => login(`u${i}`, 5)));

  test("in the file in use break the source, for good", async () => {
    using file = wtmp(names(MAX_USERS));
    let known = 0;
    for (let i = 0; i < 5; i++) known = Object.keys(await file.read()).length;
    expect(known).toBe(MAX_USERS);
    appendFileSync(file.path, login("one-more", 5));
    await expect(file.read()).rejects.toThrow("has more than 65536 users");
    writeFileSync(file.path, login("alice", 5));
    await expect(file.read()).rejects.toThrow("has more than 65536 users");
  });

  test("in a rotated one break it, too", async () => {
    using file = wtmp(login("alice", 5));
    writeFileSync(`${file.folder}/wtmp.1`, names(MAX_USERS));
    const readAll = async () => {
      for (let i = 0; i < 5; i++) await file.read();
    };
    await expect(readAll()).rejects.toThrow("has more than 65536 users");
    expect(openFilesIn(file.folder)).toEqual([]);
  });
});

test("rotated files count, compressed ones too, and what is none is passed over", async () => {
  using file = wtmp(login("alice", 500));
  writeFileSync(`${file.folder}/wtmp.1`, Buffer.concat([login("alice", 400), login("bob", 400)]));
  writeFileSync(`${file.folder}/wtmp.2.gz`, Bun.gzipSync(new Uint8Array(login("carol", 300))));
  writeFileSync(`${file.folder}/wtmp-20260101`, login("dave", 200));
  writeFileSync(
    `${file.folder}/wtmp-20250101.gz`,
    Bun.gzipSync(new Uint8Array(login("erin", 100))),
  );
  writeFileSync(`${file.folder}/wtmp.3.gz`, "no gzip");
  writeFileSync(`${file.folder}/wtmp.db`, login("mallory", 100));
  mkdirSync(`${file.folder}/wtmp.4`);
  truncateSync((writeFileSync(`${file.folder}/wtmp.5`, ""), `${file.folder}/wtmp.5`), 20e9);
  const expected = { alice: 500, bob: 400, carol: 300, dave: 200, erin: 100 };
  expect(await file.read()).toEqual(expected);
  expect(await file.read()).toEqual(expected);
});

test("of a compressed file that would fill the memory no more than 64 MiB come out", async () => {
  using file = wtmp(login("alice", 500));
  const zeros = Buffer.alloc(80 * 1024 * 1024);
  login("before", 100).copy(zeros, 0);
  login("behind", 100).copy(zeros, 75 * 1024 * 1024 - ((75 * 1024 * 1024) % 384));
  writeFileSync(`${file.folder}/wtmp.1.gz`, Bun.gzipSync(zeros));
  for (let i = 0; i < 10; i++) expect(await file.read()).toEqual({ alice: 500, before: 100 });
});

test("long rotated files take several readings, and those who ask at once share one", async () => {
  using file = wtmp(login("alice", 500));
  const many = Buffer.concat(Array.from({ length: 30_000 }, (_, i) => login("often", 100 + i)));
  writeFileSync(`${file.folder}/wtmp.1`, Buffer.concat([many, login("first", 1)]));
  const [one, other] = await Promise.all([file.read(), file.read()]);
  expect(one!["first"]).toBeUndefined();
  expect(other).toEqual(one!);
  expect(await file.read()).toEqual({ alice: 500, often: 30_099, first: 1 });
  expect(openFilesIn(file.folder)).toEqual([]);
});

test("what is no regular file, or larger than a wtmp can be, is refused", async () => {
  using file = wtmp(login("alice", 500));
  truncateSync(file.path, 20e9);
  await expect(file.read()).rejects.toThrow(BrokenSourceError);
  unlinkSync(file.path);
  mkdirSync(file.path);
  await expect(file.read()).rejects.toThrow(BrokenSourceError);
});

test.skipIf(!isLinux)("no file is left open: read, rotated, missing or refused", async () => {
  using file = wtmp(login("alice", 100));
  const open = () => openFilesIn(file.folder);
  await file.read();
  expect(open()).toEqual([]);
  renameSync(file.path, `${file.path}.1`);
  writeFileSync(file.path, login("alice", 200));
  await file.read();
  expect(open()).toEqual([]);
  // The file that came before is not the one that was read last.
  renameSync(file.path, `${file.path}.2`);
  writeFileSync(file.path, login("alice", 300));
  await file.read();
  expect(open()).toEqual([]);
  unlinkSync(file.path);
  await expect(file.read()).rejects.toThrow("ENOENT");
  writeFileSync(file.path, "");
  truncateSync(file.path, 20e9);
  await expect(file.read()).rejects.toThrow(BrokenSourceError);
  expect(open()).toEqual([]);
});

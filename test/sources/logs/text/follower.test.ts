import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { TextPosition } from "../../../../src/sources/logs/text/position.ts";
import { LogFollower } from "../../../../src/sources/logs/text/follower.ts";
import { openFilesIn } from "../../../helpers/descriptors.ts";
import { isLinux } from "../../../helpers/system.ts";
import { follow, log, useFollowedLog } from "./followed_log.ts";
import { rotate } from "./logrotate.ts";

useFollowedLog();

async function read(follower: LogFollower): Promise<string[]> {
  const lines: string[] = [];
  follower.poll((line) => lines.push(line));
  return lines;
}

/** Bytes that this process has read so far, from the cache too: `rchar` in man 5 proc_pid_io. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)/.exec(readFileSync("/proc/self/io", "utf8"))![1]);
}

/** The position as it comes back from a state file. */
function saved(follower: LogFollower): TextPosition {
  return JSON.parse(JSON.stringify(follower.position()));
}

describe("reading", () => {
  test("only what is new, and a last line when it is whole", async () => {
    writeFileSync(log.path, "1 a\n2 b\n3 ");
    const follower = follow();
    expect(await read(follower)).toEqual(["1 a", "2 b"]);
    expect(await read(follower)).toEqual([]);
    appendFileSync(log.path, "c\n");
    expect(await read(follower)).toEqual(["3 c"]);
    follower.close();
  });

  test("more than a bufferful, and a line that is too long is passed over", async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `${i} line ${i}`);
    writeFileSync(
      log.path,
      `${many.join("\n")}\n7 ${"x".repeat(200_000)}\n8 short\n9 ${"y".repeat(66_000)}`,
    );
    const follower = follow();
    expect(await read(follower)).toEqual([...many, "8 short"]);
    appendFileSync(log.path, "z\n10 next\n");
    expect(await read(follower)).toEqual(["10 next"]);
    follower.close();
  });

  test("characters of several bytes across reads", async () => {
    const line = "1 ä€😀";
    writeFileSync(log.path, `${line}\n`.repeat(15_000));
    const follower = follow();
    expect(new Set(await read(follower))).toEqual(new Set([line]));
    follower.close();
  });

  test("what comes into a log that was empty is new, whatever its stamps say", async () => {
    writeFileSync(log.path, "");
    const first = follow(undefined, 500_000);
    expect(await read(first)).toEqual([]);
    const position = first.position();
    first.close();
    appendFileSync(log.path, "1 old\n");
    const second = follow(position, 500_000);
    expect(await read(second)).toEqual(["1 old"]);
    second.close();
  });

  test("a missing file is an error at first, and none while it is rotated", async () => {
    const follower = follow();
    expect(read(follower)).rejects.toThrow("ENOENT");
    writeFileSync(log.path, "1 a\n");
    expect(await read(follower)).toEqual(["1 a"]);
    renameSync(log.path, `${log.path}.1`);
    appendFileSync(`${log.path}.1`, "2 b\n");
    expect(await read(follower)).toEqual(["2 b"]);
    follower.close();
  });

  test("a log.folder or a FIFO is no log", async () => {
    mkdirSync(log.path);
    expect(read(follow())).rejects.toThrow("want a regular file");
    rmSync(log.path, { recursive: true });
    Bun.spawnSync(["mkfifo", log.path]);
    expect(read(follow())).rejects.toThrow("want a regular file");
  });
});

describe("rotation", () => {
  test("by renaming: the old file is read to its end while the daemon still writes to it", async () => {
    writeFileSync(log.path, "1 a\n");
    const follower = follow();
    expect(await read(follower)).toEqual(["1 a"]);
    renameSync(log.path, `${log.path}.1`);
    writeFileSync(log.path, "");
    appendFileSync(`${log.path}.1`, "2 b\n");
    expect(await read(follower)).toEqual(["2 b"]);
    appendFileSync(`${log.path}.1`, "3 c\n");
    appendFileSync(log.path, "4 d\n");
    expect(await read(follower)).toEqual(["3 c", "4 d"]);
    log.nowMs += 4_000;
    appendFileSync(`${log.path}.1`, "5 late\n");
    expect(await read(follower)).toEqual(["5 late"]);
    expect(follower.position().files).toHaveLength(2);
    // Also when the clock is set back.
    log.nowMs -= 3_600_000;
    await read(follower);
    expect(follower.position().files).toHaveLength(1);
    follower.close();
  });

  test("twice between two readings", async () => {
    writeFileSync(log.path, "1 a\n");
    const follower = follow();
    await read(follower);
    renameSync(log.path, `${log.path}.2`);
    writeFileSync(`${log.path}.1`, "2 b\n");
    writeFileSync(log.path, "3 c\n");
    expect(await read(follower)).toEqual(["2 b", "3 c"]);
    follower.close();
  });

  test("by copying and cutting off", async () => {
    writeFileSync(log.path, "1 a\n");
    const follower = follow();
    await read(follower);
    appendFileSync(log.path, "2 b\n");
    copyFileSync(log.path, `${log.path}.1`);
    truncateSync(log.path, 0);
    appendFileSync(log.path, "3 c\n4 more than there was before\n");
    expect(await read(follower)).toEqual(["2 b", "3 c", "4 more than there was before"]);
    follower.close();
  });

  test("by copying, with the copy compressed at once", async () => {
    writeFileSync(log.path, "1 a\n2 b\n");
    const follower = follow();
    await read(follower);
    truncateSync(log.path, 0);
    writeFileSync(`${log.path}.1.gz`, "1 a\n2 b\n");
    appendFileSync(log.path, "3 c\n");
    expect(await read(follower)).toEqual(["3 c"]);
    follower.close();
  });
});

test("a file that came before is not taken for the copy of the one that was cut off", async () => {
  writeFileSync(`${log.path}.2`, "1 before\n2 before that is longer than what comes after it\n");
  writeFileSync(log.path, "3 a\n");
  const follower = follow(undefined, 3);
  expect(await read(follower)).toEqual(["3 a"]);
  // It is read to its end and closed.
  log.nowMs += 5_000;
  await read(follower);
  expect(follower.position().files).toHaveLength(1);
  appendFileSync(log.path, "4 b\n");
  writeFileSync(`${log.path}.1.gz`, "3 a\n4 b\n");
  truncateSync(log.path, 0);
  appendFileSync(log.path, "5 c\n");
  expect(await read(follower)).toEqual(["5 c"]);
  follower.close();
});

describe.skipIf(!isLinux)("files that are held open", () => {
  const names = () => openFilesIn(log.folder).map((path) => path.slice(log.folder.length + 1));

  test("are those that are read on, and none after the end", async () => {
    for (const [name, line] of [
      ["auth.log.3", "1 x\n"],
      ["auth.log.2", "2 x\n"],
      ["auth.log.1", "3 x\n"],
      ["auth.log", "4 x\n"],
    ] as const) {
      writeFileSync(join(log.folder, name), line);
    }
    const follower = follow(undefined, 4);
    expect(await read(follower)).toEqual(["4 x"]);
    log.nowMs += 5_000;
    await read(follower);
    expect(names()).toEqual(["auth.log"]);
    follower.close();
    expect(names()).toEqual([]);
  });

  test("grow in number with no rotation, renamed or copied", async () => {
    writeFileSync(log.path, "1 x\n");
    const follower = follow();
    await read(follower);
    for (let i = 2; i < 40; i++) {
      rotate(log.path, i % 3 > 0);
      writeFileSync(log.path, `${i} x\n`, { flag: "a" });
      expect(await read(follower)).toEqual([`${i} x`]);
      log.nowMs += 5_000;
      await read(follower);
      log.nowMs += 5_000;
      await read(follower);
      expect(names()).toEqual(["auth.log"]);
    }
    follower.close();
    expect(names()).toEqual([]);
  });

  test("are none while there is no log, though there are rotated ones", async () => {
    writeFileSync(`${log.path}.1`, "1 x\n");
    for (let i = 0; i < 3; i++) expect(read(follow())).rejects.toThrow("ENOENT");
    expect(names()).toEqual([]);
  });

  test("are not those of a copy that is still being made", async () => {
    writeFileSync(log.path, "1 x\n2 x\n");
    copyFileSync(log.path, `${log.path}.1`);
    const follower = follow();
    expect(await read(follower)).toEqual(["1 x", "2 x"]);
    expect(names()).toEqual(["auth.log"]);
    follower.close();
  });
});

describe("the first start", () => {
  test("begins at the first line that is not too old", async () => {
    writeFileSync(log.path, "10 a\nno time\n20 b\n15 c\n30 d\n");
    expect(await read(follow(undefined, 20))).toEqual(["20 b", "15 c", "30 d"]);
    expect(await read(follow(undefined, 31))).toEqual([]);
    expect(await read(follow(undefined, 0))).toEqual(["10 a", "no time", "20 b", "15 c", "30 d"]);
  });

  test("begins in the rotated file when that is where the time lies", async () => {
    writeFileSync(`${log.path}.2`, "1 a\n2 b\n");
    writeFileSync(`${log.path}.1`, "3 c\n4 d\n");
    writeFileSync(log.path, "5 e\n");
    expect(await read(follow(undefined, 4))).toEqual(["4 d", "5 e"]);
    expect(await read(follow(undefined, 2))).toEqual(["2 b", "3 c", "4 d", "5 e"]);
    expect(await read(follow(undefined, 5))).toEqual(["5 e"]);
  });

  test.each([
    ["20261115", "20261122"],
    ["2026112309", "2026112310"],
    ["2026-11-15", "2026-11-22"],
    ["20261122-1763856000", "20261122-1763859600"],
  ])("knows files that are rotated by date: %s", async (first, second) => {
    writeFileSync(`${log.path}-${second}`, "2 b\n");
    writeFileSync(`${log.path}-${first}`, "1 a\n");
    writeFileSync(`${log.path}-20261123.gz`, "9 no\n");
    writeFileSync(log.path, "3 c\n");
    expect(await read(follow(undefined, 1))).toEqual(["1 a", "2 b", "3 c"]);
  });

  test.skipIf(!isLinux)("does not read a log of 4 GiB", async () => {
    const fd = openSync(log.path, "w");
    ftruncateSync(fd, 4 * 2 ** 30);
    writeSync(fd, `\n${"1 old\n".repeat(100_000)}${"5 new\n".repeat(10)}`, 4 * 2 ** 30);
    const before = bytesRead();
    expect(await read(follow(undefined, 5))).toHaveLength(10);
    // A bufferful at each halving, and the piece in which the first line is.
    expect(bytesRead() - before).toBeLessThan(20 * 2 ** 20);
  });
});

describe("a restart", () => {
  test("goes on where it was, in the middle of a line", async () => {
    writeFileSync(log.path, "1 a\n2 ");
    const first = follow();
    expect(await read(first)).toEqual(["1 a"]);
    const position = saved(first);
    first.close();
    appendFileSync(log.path, "b\n3 c\n");
    expect(await read(follow(position, 99))).toEqual(["2 b", "3 c"]);
  });

  test.each(["rename", "copytruncate"])("after a %s", async (way) => {
    writeFileSync(log.path, "1 a\n2 b\n");
    const first = follow();
    await read(first);
    const position = saved(first);
    first.close();
    appendFileSync(log.path, "3 c\n");
    rotate(log.path, way === "rename");
    appendFileSync(log.path, "4 d\n");
    rotate(log.path, way === "rename");
    appendFileSync(log.path, "5 e\n");
    expect(await read(follow(position, 99))).toEqual(["3 c", "4 d", "5 e"]);
  });

  test.each(["rename", "copytruncate"])(
    "after a reading that ended before the newer file, and a %s of that",
    async (way) => {
      writeFileSync(log.path, "1 a\n");
      const first = follow();
      await read(first);
      rotate(log.path, way === "rename");
      // What begins like an older file is not taken for it.
      appendFileSync(log.path, "1");
      first.poll(() => {});
      appendFileSync(`${log.path}.1`, "2 b\n");
      appendFileSync(log.path, " c\n");
      expect(
        first.poll(
          () => {},
          () => false,
        ),
      ).toBeFalse();
      const position = saved(first);
      first.close();
      rotate(log.path, way === "rename");
      appendFileSync(log.path, "3 d\n");
      const second = follow(position, 99);
      expect(await read(second)).toEqual(["1 c", "3 d"]);
      expect(second.lostBytes).toBe(0);
    },
  );

  test.each(["rename", "copytruncate"])(
    "while nothing of the log was read, and a %s; the file before that was compressed",
    async (way) => {
      writeFileSync(`${log.path}.1`, "1 a\n");
      writeFileSync(log.path, "");
      const first = follow();
      expect(await read(first)).toEqual(["1 a"]);
      const position = saved(first);
      appendFileSync(log.path, "2 b\n");
      rotate(log.path, way === "rename");
      rmSync(`${log.path}.2`);
      appendFileSync(log.path, "3 c\n");
      expect(await read(first)).toEqual(["2 b", "3 c"]);
      first.close();
      const second = follow(position, 2);
      expect(await read(second)).toEqual(["2 b", "3 c"]);
      expect(second.lostBytes).toBe(0);
    },
  );

  test("after a copy that lacks the last line, which was read before the log was cut off", async () => {
    const long = `1 ${"a".repeat(300)}`;
    writeFileSync(log.path, `${long}\n`);
    copyFileSync(log.path, `${log.path}.1`);
    appendFileSync(log.path, "2 b\n");
    const first = follow();
    expect(await read(first)).toEqual([long, "2 b"]);
    const position = saved(first);
    truncateSync(log.path);
    appendFileSync(log.path, "3 c\n");
    expect(await read(first)).toEqual(["3 c"]);
    first.close();
    const second = follow(position, 99);
    expect(await read(second)).toEqual(["3 c"]);
    expect(first.lostBytes + second.lostBytes).toBe(0);
  });

  test("before the first line that is wanted still passes over those before it", async () => {
    writeFileSync(log.path, "1 a\n2 b\n");
    const first = follow(undefined, 3);
    expect(await read(first)).toEqual([]);
    const position = saved(first);
    first.close();
    appendFileSync(log.path, "2 c\n3 d\n2 e\n");
    expect(await read(follow(position, 99))).toEqual(["3 d", "2 e"]);
  });

  test("with a position of version 1.0.0, which did not save what came before", async () => {
    writeFileSync(`${log.path}.1`, "1 a\n2 b\n");
    writeFileSync(log.path, "");
    const first = follow();
    await read(first);
    log.nowMs += 5_000;
    const { finished: _, files, ...rest } = saved(first);
    first.close();
    const position = { ...rest, files: files.slice(-1) };
    appendFileSync(log.path, "3 c\n");
    expect(await read(follow(position, 3))).toEqual(["3 c"]);
  });

  test("whose file is gone begins at the time", async () => {
    writeFileSync(log.path, "1 a\n2 b\n");
    const first = follow();
    await read(first);
    const position = saved(first);
    first.close();
    rmSync(log.path);
    writeFileSync(log.path, "2 x\n3 y\n");
    expect(await read(follow(position, 3))).toEqual(["3 y"]);
  });
});

/** What becomes of files that are deleted, copied too early or written anew before they were read. */
import { afterEach, describe, expect, test } from "bun:test";
import { appendFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import type { TextPosition } from "../../../../src/sources/logs/text/position.ts";
import { LogFile } from "../../../../src/sources/logs/text/file.ts";
import type { LogFollower } from "../../../../src/sources/logs/text/follower.ts";
import { follow, log, useFollowedLog } from "./followed_log.ts";
import { rotate } from "./logrotate.ts";

useFollowedLog();

function read(follower: LogFollower): string[] {
  const lines: string[] = [];
  follower.poll((line) => lines.push(line));
  return lines;
}

/** The position as it comes back from a state file. */
function saved(follower: LogFollower): TextPosition {
  return JSON.parse(JSON.stringify(follower.position()));
}

const READ_BYTES = 16 * 1024;

/** A log of 40,000 bytes, of which one piece was read, and a file after it that was not begun. */
function interrupted(): LogFollower {
  const follower = follow();
  writeFileSync(log.path, "1 a\n".repeat(10_000));
  follower.poll(
    () => {},
    () => false,
  );
  return follower;
}

describe("what is deleted before it is read", () => {
  test.each(["at once", "after a restart"])("is told %s when the log is cut off", (when) => {
    const first = interrupted();
    truncateSync(log.path);
    writeFileSync(`${log.path}.1.gz`, "");
    appendFileSync(log.path, "2 b\n");
    const second = when === "at once" ? first : follow(saved(first), 2);
    expect(read(second)).toEqual(["2 b"]);
    expect(second.lostBytes).toBe(40_000 - READ_BYTES);
    expect(read(second)).toEqual([]);
    expect(second.lostBytes).toBe(40_000 - READ_BYTES);
  });

  test("of a copy that was made too early is what was written after it", () => {
    const first = interrupted();
    writeFileSync(`${log.path}.1`, "1 a\n".repeat(9_000));
    truncateSync(log.path);
    expect(read(first)).toHaveLength(9_000 - READ_BYTES / 4);
    expect(first.lostBytes).toBe(4_000);
  });

  test("is told of a file that was not begun, too; what is held open is read all the same", () => {
    const first = interrupted();
    rotate(log.path, true);
    writeFileSync(log.path, "2 b\n");
    first.poll(
      () => {},
      () => false,
    );
    const position = saved(first);
    rmSync(`${log.path}.1`);
    rmSync(log.path);
    writeFileSync(log.path, "3 c\n");
    expect(read(first)).toEqual([
      ...Array.from({ length: 10_000 - READ_BYTES / 2 }, () => "1 a"),
      "2 b",
      "3 c",
    ]);
    expect(first.lostBytes).toBe(0);
    const second = follow(position, 3);
    expect(read(second)).toEqual(["3 c"]);
    expect(second.lostBytes).toBe(40_000 - 2 * READ_BYTES + 4);
  });
});

test.each(["at once", "after a restart"])(
  "a log whose first lines were removed is not read again %s",
  (when) => {
    writeFileSync(log.path, "1 a\n2 b\n3 c\n");
    const first = follow();
    read(first);
    writeFileSync(log.path, "2 b\n3 c\n4 d\n");
    const second = when === "at once" ? first : follow(saved(first), 4);
    // Other lines may have been written in the second of the last one.
    expect(read(second)).toEqual(when === "at once" ? ["3 c", "4 d"] : ["4 d"]);
  },
);

describe("a damaged file that was rotated", () => {
  const { learn, readLines } = LogFile.prototype as unknown as Record<string, () => boolean>;
  let damaged = 0;

  /** Neither the start nor what follows of that file can be read. */
  function damage(path: string): void {
    damaged = statSync(path).ino;
    const failing = (whole: () => boolean) =>
      function (this: LogFile, ...parts: []) {
        if (this.ino === damaged) throw Object.assign(new Error("EIO"), { code: "EIO" });
        return whole.apply(this, parts);
      };
    Object.assign(LogFile.prototype, { learn: failing(learn!), readLines: failing(readLines!) });
  }

  afterEach(() => void Object.assign(LogFile.prototype, { learn, readLines }));

  test.each(["at once", "after a restart"])("costs what was unread in it, once, %s", (when) => {
    const first = interrupted();
    const second = when === "at once" ? first : follow(saved(first), 2);
    rotate(log.path, true);
    writeFileSync(log.path, "2 b\n");
    damage(`${log.path}.1`);
    expect(read(second)).toEqual(["2 b"]);
    expect(second.lostBytes).toBe(40_000 - READ_BYTES);
    rotate(log.path, true);
    writeFileSync(log.path, "3 c\n");
    expect(read(second)).toEqual(["3 c"]);
    expect(second.lostBytes).toBe(40_000 - READ_BYTES);
  });

  test("that was read costs nothing, the log itself is an error", () => {
    writeFileSync(`${log.path}.1`, "1 a\n");
    writeFileSync(log.path, "2 b\n");
    damage(`${log.path}.1`);
    const follower = follow();
    expect(read(follower)).toEqual(["2 b"]);
    expect(follower.lostBytes).toBe(0);
    damage(log.path);
    expect(() => read(follower)).toThrow("EIO");
  });
});

/** What becomes of files that are deleted, copied too early or written anew before they were read. */
import { describe, expect, test } from "bun:test";
import { appendFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import type { LogPosition } from "../../../../src/sources/logs/record.ts";
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
function saved(follower: LogFollower): LogPosition {
  return JSON.parse(JSON.stringify(follower.position()));
}

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
  const READ_BYTES = 16 * 1024;

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

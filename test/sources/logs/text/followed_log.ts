import { afterEach, beforeEach } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TextPosition } from "../../../../src/sources/logs/text/position.ts";
import { LogFollower } from "../../../../src/sources/logs/text/follower.ts";

/** A log in a folder of its own for each test of a file, and a clock that the test moves. */
export const log = { folder: "", path: "", nowMs: 0 };

export function useFollowedLog(): void {
  beforeEach(() => {
    log.folder = mkdtempSync(join(tmpdir(), "follower-"));
    log.path = join(log.folder, "auth.log");
    log.nowMs = 1_000_000;
  });
  afterEach(() => rmSync(log.folder, { recursive: true }));
}

/** Lines begin with their time: `1234 text`. */
function timeOf(line: string): number | undefined {
  const time = /^(\d+) /.exec(line);
  return time === null ? undefined : Number(time[1]);
}

export function follow(position?: TextPosition, sinceMs = 0): LogFollower {
  return new LogFollower({ path: log.path, position, sinceMs, timeOf, now: () => log.nowMs });
}

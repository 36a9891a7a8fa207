import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { heldBytes } from "../../../helpers/held_bytes.ts";
import { follow, log, useFollowedLog } from "./followed_log.ts";

useFollowedLog();

const PIECES = 500;

test("a line that is kept does not hold the piece of the log that it came in", () => {
  const pieces = Array.from(
    { length: PIECES },
    (_, i) => `1 first of ${i}\n1 ${"x".repeat(20_000)}\n`,
  );
  writeFileSync(log.path, pieces.join(""));
  const follower = follow();
  const kept: string[] = [];
  const before = heldBytes();
  follower.poll((line) => {
    if (line.startsWith("1 first")) kept.push(line);
  });
  expect(kept).toHaveLength(PIECES);
  expect((heldBytes() - before) / PIECES).toBeLessThan(4000);
  follower.close();
});

test("an empty line costs none of those behind it", () => {
  writeFileSync(log.path, "\n1 first\n\n\n2 second\n");
  const follower = follow();
  const lines: string[] = [];
  follower.poll((line) => lines.push(line));
  expect(lines.filter((line) => line !== "")).toEqual(["1 first", "2 second"]);
  follower.close();
});

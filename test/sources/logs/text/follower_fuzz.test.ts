import { expect, test } from "bun:test";
import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fuzz, FUZZ_TIMEOUT_MS, type Random } from "../../../helpers/fuzz.ts";
import { follow, log, useFollowedLog } from "./followed_log.ts";
import { rotate } from "./logrotate.ts";

useFollowedLog();

test(
  "a first start finds its time in any place of a log of many bufferfuls",
  async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `${i} ${"x".repeat(i % 40)}`);
    writeFileSync(log.path, `${lines.join("\n")}\n`);
    await fuzz("first starts", async (random) => {
      const since = random.below(30_001);
      const follower = follow(undefined, since);
      const got: string[] = [];
      follower.poll((line) => got.push(line));
      expect(got).toEqual(lines.slice(since));
      follower.close();
    });
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "every line once, in order, across rotations, interruptions and restarts at any moment",
  async () => {
    await fuzz("rotations", async (random) => {
      rmSync(log.folder, { recursive: true });
      mkdirSync(log.folder);
      writeFileSync(log.path, "");
      const renames = random.chance(0.5);
      const compresses = random.chance(0.3);
      let writer = log.path;
      let written = 0;
      let waits = "";
      let follower = follow();
      follower.poll(() => {});
      const got: string[] = [];
      const take = (line: string) => void got.push(line);
      let rotations = 0;
      for (let steps = 5 + random.below(60); steps > 0; steps--) {
        const step = random.below(10);
        if (step < 4) {
          waits += someLines(random, written, (count) => (written += count));
          const cut = random.chance(0.3) ? random.below(waits.length + 1) : waits.length;
          appendFileSync(writer, waits.slice(0, cut));
          waits = waits.slice(cut);
        } else if (step < 7) {
          const isInterrupted = random.chance(0.5);
          if (!follower.poll(take, () => !isInterrupted)) continue;
          rotations = 0;
          const isRead = got.length === written && waits === "" && writer === log.path;
          if (compresses && isRead && random.chance(0.5)) removeSome(random);
        } else if (step === 7) {
          const position = JSON.parse(JSON.stringify(follower.position()));
          expect(follower.lostBytes).toBe(0);
          follower.close();
          // The time after that of the last line helps only when its file is gone.
          follower = follow(position, compresses ? got.length : Number.POSITIVE_INFINITY);
        } else if (step === 8) {
          log.nowMs += random.below(10_000);
          if (waits === "") writer = log.path; // The daemon is told to reopen its file.
        } else if (writer === log.path && waits === "" && rotations++ < 6) {
          rotate(log.path, renames);
          if (renames && random.chance(0.5)) writer = `${log.path}.1`;
        }
      }
      appendFileSync(writer, waits);
      follower.poll(take);
      follower.close();
      expect(follower.lostBytes).toBe(0);
      expect(got).toEqual(Array.from({ length: written }, (_, i) => `${i} line`));
    });
  },
  FUZZ_TIMEOUT_MS,
);

/** What was rotated is compressed, with `delaycompress` the newest one is not yet. */
function removeSome(random: Random): void {
  const kept = random.chance(0.5) ? ["auth.log", "auth.log.1"] : ["auth.log"];
  for (const name of readdirSync(log.folder)) {
    if (!kept.includes(name)) rmSync(join(log.folder, name));
  }
}

function someLines(random: Random, from: number, add: (count: number) => void): string {
  const count = random.chance(0.05) ? random.below(9_000) : random.below(4);
  add(count);
  return Array.from({ length: count }, (_, i) => `${from + i} line\n`).join("");
}

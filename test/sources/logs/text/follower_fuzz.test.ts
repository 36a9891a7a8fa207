import { expect, test } from "bun:test";
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
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
  "every line once, in order, across rotations and restarts at any moment",
  async () => {
    await fuzz("rotations", async (random) => {
      rmSync(log.folder, { recursive: true });
      mkdirSync(log.folder);
      writeFileSync(log.path, "");
      const renames = random.chance(0.5);
      let writer = log.path;
      let written = 0;
      let waits = "";
      let follower = follow();
      follower.poll(() => {});
      const got: string[] = [];
      let rotations = 0;
      for (let steps = 5 + random.below(60); steps > 0; steps--) {
        const step = random.below(10);
        if (step < 4) {
          waits += someLines(random, written, (count) => (written += count));
          const cut = random.chance(0.3) ? random.below(waits.length + 1) : waits.length;
          appendFileSync(writer, waits.slice(0, cut));
          waits = waits.slice(cut);
        } else if (step < 7) {
          follower.poll((line) => got.push(line));
          rotations = 0;
        } else if (step === 7) {
          const position = JSON.parse(JSON.stringify(follower.position()));
          follower.close();
          follower = follow(position, Number.POSITIVE_INFINITY);
        } else if (step === 8) {
          log.nowMs += random.below(10_000);
          if (waits === "") writer = log.path; // The daemon is told to reopen its file.
        } else if (writer === log.path && waits === "" && rotations++ < 6) {
          rotate(log.path, renames);
          if (renames && random.chance(0.5)) writer = `${log.path}.1`;
        }
      }
      appendFileSync(writer, waits);
      follower.poll((line) => got.push(line));
      follower.close();
      expect(got).toEqual(Array.from({ length: written }, (_, i) => `${i} line`));
    });
  },
  FUZZ_TIMEOUT_MS,
);

function someLines(random: Random, from: number, add: (count: number) => void): string {
  const count = random.chance(0.05) ? random.below(9_000) : random.below(4);
  add(count);
  return Array.from({ length: count }, (_, i) => `${from + i} line\n`).join("");
}

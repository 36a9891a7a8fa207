/**
 * The reader beside another process that writes and rotates, so that a rotation meets it between any two
 * of its steps. Half of the readings are another reader's, which goes on where the one before was.
 */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogFollower } from "../../../../src/sources/logs/text/follower.ts";
import type { TextPosition } from "../../../../src/sources/logs/text/position.ts";
import { randomFrom } from "../../../helpers/fuzz.ts";

const SECONDS = Math.min(Number(process.env["FUZZ_SECONDS"] ?? 2), 30);

test(
  "every line once, beside a process that rotates",
  async () => {
    const seed = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
    const random = randomFrom(seed);
    const folder = mkdtempSync(join(tmpdir(), "follower-race-"));
    const path = join(folder, "auth.log");
    writeFileSync(path, "");
    const program = join(import.meta.dir, "rotating_writer.ts");
    const writer = Bun.spawn(
      [process.execPath, program, path, String(seed), String(SECONDS * 1000)],
      { stdout: "pipe", stderr: "inherit" },
    );
    const state = { isWriting: true };
    void writer.exited.then(() => (state.isWriting = false));
    const options = { path, sinceMs: 0, timeOf: () => 1, now: Date.now };
    const got: number[] = [];
    let follower = new LogFollower(options);
    let readings = 0;
    const poll = () => {
      try {
        follower.poll((line) => got.push(Number.parseInt(line, 10)));
      } catch (error) {
        // While it is renamed there is none for a moment.
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      }
    };
    while (state.isWriting) {
      poll();
      readings++;
      if (random.chance(0.5)) {
        const position = JSON.parse(JSON.stringify(follower.position())) as TextPosition;
        follower.close();
        follower = new LogFollower({ ...options, position });
      }
      await Bun.sleep(random.below(3));
    }
    // What is cut off while it is read waits for the next reading.
    for (let i = 0; i < 3; i++) poll();
    follower.close();
    rmSync(folder, { recursive: true });
    const count = Number(await writer.stdout.text());
    console.log(`race: ${count} lines in ${readings} readings from seed ${seed}`);
    expect(count).toBeGreaterThan(100);
    expect(got.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  },
  (SECONDS + 15) * 1000,
);

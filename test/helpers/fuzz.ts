/**
 * Random tests for a bounded time: about a second each, or FUZZ_SECONDS. FUZZ_SEED repeats a run.
 */
export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
  chance(probability: number): boolean;
}

const seconds = Number(process.env["FUZZ_SECONDS"] ?? 1);

/** Calls `round` until the time is over; a failure tells the seed that repeats it. */
export async function fuzz(name: string, round: (random: Random) => unknown): Promise<void> {
  const seed = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
  const endMs = performance.now() + seconds * 1000;
  let rounds = 0;
  try {
    do {
      await round(randomFrom(seed + rounds));
      rounds++;
    } while (performance.now() < endMs);
  } catch (error) {
    throw new Error(`${name}: round ${rounds} failed; repeat with FUZZ_SEED=${seed + rounds}`, {
      cause: error,
    });
  }
  console.log(`${name}: ${rounds} rounds from seed ${seed}`);
}

/** The test runner's time limit for a fuzz test. */
export const FUZZ_TIMEOUT_MS = seconds * 1000 + 10_000;

/** mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (limit) => Math.floor(next() * limit),
    pick: (items) => items[Math.floor(next() * items.length)]!,
    chance: (probability) => next() < probability,
  };
}

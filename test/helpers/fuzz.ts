/**
 * Random tests, bounded by time or by number, that say how many cases they ran and from which seed:
 *
 * - FUZZ_SECONDS: how long each runs (1 s without it),
 * - CASES: how many cases each runs instead, 10000000 say,
 * - FUZZ_SEED: the seed of the first case, to repeat a run.
 *
 * Each case has a seed of its own, one more than the case before. The seeds of cases that once failed
 * are kept in fuzz_seeds.json and run first, always.
 */
import { randomFrom, type Random } from "./random.ts";
import keptSeeds from "./fuzz_seeds.json" with { type: "json" };

export { randomFrom, type Random } from "./random.ts";

const SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 1);
const CASES = process.env["CASES"] === undefined ? undefined : Number(process.env["CASES"]);
const SEED = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** The test runner's time limit for a fuzz test: far from what it takes, but for runs by number. */
export const FUZZ_TIMEOUT_MS = CASES === undefined ? SECONDS * 1000 + 60_000 : 0x7fffffff;

/**
 * Calls `round` for one case after the other.
 *
 * @param name says which test it is, in what is printed and in fuzz_seeds.json
 * @param round one case; it throws where the case shows a fault. What it returns is awaited only
 *   when it is a promise.
 * @throws an Error that tells the seed to repeat the case with
 */
export async function fuzz(name: string, round: (random: Random) => unknown): Promise<void> {
  const kept = (keptSeeds as Record<string, number[] | undefined>)[name] ?? [];
  for (const seed of kept) await runCase(name, seed, round);
  const endMs = performance.now() + SECONDS * 1000;
  const isOver = (cases: number) =>
    CASES === undefined ? cases > 0 && performance.now() >= endMs : cases >= CASES;
  let cases = 0;
  for (; !isOver(cases); cases++) {
    const pending = runCase(name, SEED + cases, round);
    if (pending !== undefined) await pending;
  }
  console.log(`fuzz: ${name}: ${cases + kept.length} cases, seed ${SEED}`);
}

function runCase(
  name: string,
  seed: number,
  round: (random: Random) => unknown,
): Promise<void> | undefined {
  const fail = (cause: unknown): never => {
    const help = `repeat with FUZZ_SEED=${seed}, keep as ${JSON.stringify(name)}: [${seed}] in fuzz_seeds.json`;
    throw new Error(`${name}: ${String(cause)}; ${help}`, { cause });
  };
  try {
    const result = round(randomFrom(seed));
    return result instanceof Promise ? result.then(() => undefined, fail) : undefined;
  } catch (error) {
    return fail(error);
  }
}

/** Whether work grows with the length of its input at most: what a hostile text must not break. */

/** Sixteen times the length may take so much longer; work with the square of it takes 256 times. */
const MOST_TIMES_LONGER = 100;

/** The long input has 16 times as many. */
const SHORT_BYTES = 1_024;

/** What takes so long is not tried again: a busy machine doesn't make that of it. */
const CERTAIN_MICROSECONDS = 500_000;

/** What takes less is no proof of anything: the clock and the collector of garbage are in it. */
const LEAST_MICROSECONDS = 2_000;

/**
 * The patterns of which each, repeated, is handed to a parser: all 256 bytes, and all pairs of those
 * that the parser treats specially.
 *
 * @param specials the characters (of one byte each) that separate, quote or end something
 */
export function patterns(specials: string): string[] {
  const single = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  const pairs = Array.from(specials).flatMap((a) => Array.from(specials, (b) => a + b));
  return [...single, ...pairs];
}

/**
 * Fails when work on 16 KiB takes over 100 times as long as work on 1 KiB. Times are of the CPU, and
 * their ratio counts, the best of five: a slow or a busy machine changes nothing.
 *
 * @param make an input of about so many bytes; it is made outside of what is measured
 * @param work what is measured
 * @param shortBytes 1024, unless linear work on sixteen times that is too slow for a test
 * @throws an Error that names `what`
 */
export function expectLinear<T>(
  what: string,
  make: (bytes: number) => T,
  work: (input: T) => unknown,
  shortBytes = SHORT_BYTES,
): void {
  const [short, long] = [make(shortBytes), make(16 * shortBytes)];
  let ratio = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 5; tries++) {
    const longMicros = cpuMicros(() => work(long));
    if (longMicros < LEAST_MICROSECONDS) return;
    // A single short run is too short for the clock.
    const shortMicros = cpuMicros(() => {
      for (let i = 0; i < 8; i++) work(short);
    });
    ratio = Math.min(ratio, longMicros / Math.max(1, shortMicros / 8));
    if (ratio <= MOST_TIMES_LONGER) return;
    if (longMicros > CERTAIN_MICROSECONDS) break;
  }
  throw new Error(`${what}: 16 times the length takes ${ratio.toFixed(0)} times as long`);
}

/** {@link expectLinear} for a parser of text, with each of the patterns between `start` and `end`. */
export function expectLinearText(
  parse: (text: string) => unknown,
  specials: string,
  start = "",
  end = "",
): void {
  for (const pattern of patterns(specials)) {
    expectLinear(
      JSON.stringify(start + pattern + pattern + pattern) + "…",
      (bytes) => start + pattern.repeat(bytes / pattern.length) + end,
      parse,
    );
  }
}

function cpuMicros(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const used = process.cpuUsage(before);
  return used.user + used.system;
}

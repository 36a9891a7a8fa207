/** Yields to other work: timers fire, requests are answered. */
export type YieldTurn = () => Promise<void>;

const yieldToEventLoop: YieldTurn = () => Bun.sleep(0);

/**
 * For a loop whose length others control.
 *
 * @param pieces the number of pieces that take some milliseconds without the JIT
 * @returns a function to call for each piece; after each `pieces` calls it returns a promise to wait for, else nothing,
 *    since waiting for nothing takes time, too
 */
export function turnEvery(
  pieces: number,
  yieldTurn: YieldTurn = yieldToEventLoop,
): () => Promise<void> | undefined {
  let done = 0;
  return () => (++done % pieces === 0 ? yieldTurn() : undefined);
}

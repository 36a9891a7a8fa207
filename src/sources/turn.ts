/** Lets others have their turn: timers go off, requests are answered. */
export type YieldTurn = () => Promise<void>;

const yieldToEventLoop: YieldTurn = () => Bun.sleep(0);

/**
 * For a loop over what others decide the length of.
 *
 * @param pieces so many take some milliseconds without the JIT
 * @returns what to call for each piece; after each so many it gives what is to be waited for, and else nothing,
 *   since to wait for nothing takes time, too
 */
export function turnEvery(
  pieces: number,
  yieldTurn: YieldTurn = yieldToEventLoop,
): () => Promise<void> | undefined {
  let done = 0;
  return () => (++done % pieces === 0 ? yieldTurn() : undefined);
}

/** Whoever asks while the work is being done shares what comes of it. */
export function singleFlight<T, Arguments extends unknown[]>(
  work: (...given: Arguments) => Promise<T>,
): (...given: Arguments) => Promise<T> {
  let running: Promise<T> | undefined;
  return (...given) =>
    (running ??= work(...given).finally(() => {
      running = undefined;
    }));
}

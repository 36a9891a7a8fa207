/** Callers during a run of the work share its result. */
export function singleFlight<T, Arguments extends unknown[]>(
  work: (...given: Arguments) => Promise<T>,
): (...given: Arguments) => Promise<T> {
  let running: Promise<T> | undefined;
  return (...given) =>
    (running ??= work(...given).finally(() => {
      running = undefined;
    }));
}

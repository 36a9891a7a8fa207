import { ConfigError } from "../config.ts";
import { isOutputTerminal, writeOutput } from "../standard_streams.ts";
import { untilSignal } from "./until_signal.ts";

const LONGEST_SECONDS = 86_400;

/** @throws ConfigError unless it is a number of seconds from 0.1 to a day */
export function parseInterval(text: string): number {
  const seconds = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 0.1 && seconds <= LONGEST_SECONDS) return seconds;
  throw new ConfigError(`--interval: invalid number "${text}": want 0.1 to ${LONGEST_SECONDS}`);
}

/**
 * Writes what `print` gives again and again, until SIGTERM, SIGINT, or nobody reads it any more. On a
 * terminal each text takes the place of the one before; elsewhere one follows the other.
 */
export async function watch(print: () => Promise<string>, intervalSeconds: number): Promise<void> {
  const ended = untilSignal();
  const isTerminal = isOutputTerminal();
  for (;;) {
    const text = await print();
    const size = isTerminal ? process.stdout.rows : 0;
    if (!writeOutput(isTerminal ? screen(text, size) : text)) return;
    if (await isEndedWithin(intervalSeconds, ended)) return;
  }
}

/**
 * Draws over what is there and clears the rest, so that nothing flickers. Lines that are too long are
 * cut by the terminal (its mode 7, switched on again after each text), those below its last line here.
 *
 * @param rows the terminal's height, 0 when it does not tell
 */
export function screen(text: string, rows: number): string {
  const lines = text.trimEnd().split("\n");
  const shown = rows > 1 ? lines.slice(0, rows - 1) : lines;
  return `\u001b[?7l\u001b[H${shown.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J\u001b[?7h`;
}

async function isEndedWithin(seconds: number, ended: Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, seconds * 1000, false);
  const isEnded = await Promise.race([ended.then(() => true), promise]);
  clearTimeout(timer);
  return isEnded;
}

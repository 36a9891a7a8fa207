import { ConfigError } from "../config.ts";
import { isOutputTerminal, writeOutput } from "../standard_streams.ts";
import { untilSignal } from "./until_signal.ts";

const LONGEST_SECONDS = 86_400;

/** @throws ConfigError when it is not a number of seconds from 0.1 to 86,400 */
export function parseInterval(text: string): number {
  const seconds = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 0.1 && seconds <= LONGEST_SECONDS) return seconds;
  throw new ConfigError(`--interval: invalid number "${text}": want 0.1 to ${LONGEST_SECONDS}`);
}

/**
 * Writes the result of `print` repeatedly, until SIGTERM, SIGINT, or the reader is gone. On a terminal each text
 * replaces the last one; elsewhere it follows it.
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
 * The escape sequences that draw a text over the last one and clear the rest, so that nothing flickers. The terminal
 * cuts long lines (its mode 7, switched on again after each text); rows beyond its height are cut here.
 *
 * @param rows the terminal's height; 0 when unknown
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

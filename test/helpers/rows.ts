/** Sessions as one line each, so that a difference between two lists reads well. */
import { expect } from "bun:test";
import { type ExporterOptions, type PrintedSession, printedSessions } from "./exporter.ts";

/** `USER TYPE TTY ADDRESS`, with a dash for what is empty. */
export function toLine(session: PrintedSession): string {
  const { username, session_type, tty, from_ip } = session;
  return [username, session_type, tty || "-", from_ip || "-"].join(" ");
}

/** The lines of the sessions that `isOurs` picks, sorted. */
export async function sessionLines(
  isOurs: (session: PrintedSession) => boolean,
  options?: ExporterOptions,
): Promise<string[]> {
  return (await printedSessions(options)).filter(isOurs).map(toLine).sort();
}

/**
 * Expects these lines, and gives the host a few seconds to get there: a server may still be naming its
 * processes when its client is served already.
 */
export async function expectLines(
  ask: () => Promise<string[]>,
  expected: readonly string[],
): Promise<void> {
  const wanted = [...expected].sort();
  let lines = await ask();
  for (let i = 0; i < 20 && !Bun.deepEquals(lines, wanted); i++) {
    await Bun.sleep(100);
    lines = await ask();
  }
  expect(lines).toEqual(wanted);
}

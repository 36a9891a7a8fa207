/** Runs the programs that build and start hosts. */
import { appendFileSync } from "node:fs";

export class CommandError extends Error {}

export interface CommandOptions {
  timeoutMs?: number;
  stdin?: string;
  env?: Record<string, string>;
  cwd?: string;
  /** A file that gets the command line and all that it prints. */
  log?: string;
}

/**
 * Runs a program to its end and gives its standard output.
 *
 * @throws CommandError with the end of what it said when it fails or the time is up
 */
export async function command(
  words: readonly string[],
  { timeoutMs = 60_000, stdin = "", env = {}, cwd, log }: CommandOptions = {},
): Promise<string> {
  const child = Bun.spawn([...words], {
    stdin: new Blob([stdin]),
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, LC_ALL: "C.UTF-8", ...env },
    ...(cwd === undefined ? {} : { cwd }),
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  if (log) appendFileSync(log, `$ ${words.join(" ")}\n${stdin}${stdout}${stderr}`);
  if (code === 0) return stdout;
  const why = child.signalCode ? `was ended after ${timeoutMs / 1000} s` : `ended with ${code}`;
  const said = `${stderr}${stdout}`.trim().split("\n").slice(-5).join("\n");
  throw new CommandError(`${words.slice(0, 6).join(" ")} … ${why}: ${said}`);
}

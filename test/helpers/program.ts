/** What executes the program from its sources, as a child process. */
export const MAIN = Bun.resolveSync("../../src/main.ts", import.meta.dir);

/** Runs the program with these words to its end, and with nothing else in its environment. */
export async function program(words: readonly string[], env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, MAIN, ...words], { env, stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { stdout, stderr, code };
}

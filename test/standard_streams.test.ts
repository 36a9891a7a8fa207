import { expect, test } from "bun:test";

const MODULE = `${import.meta.dir}/../src/standard_streams.ts`;

test("a text larger than a pipe holds arrives whole, by each descriptor", async () => {
  const code = `
    import { writeError, writeOutput } from "${MODULE}";
    writeOutput("o".repeat(300_000) + "\\n");
    writeError("é".repeat(100_000) + "\\n");`;
  const child = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect([out.length, err.length]).toEqual([300_001, 100_001]);
  expect(await child.exited).toBe(0);
});

test("a reader that has gone is no error", async () => {
  const code = `import { writeOutput } from "${MODULE}"; Bun.sleepSync(200); writeOutput("x".repeat(300_000));`;
  const child = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe", stderr: "pipe" });
  await child.stdout.cancel();
  expect(await child.stderr.text()).toBe("");
  expect(await child.exited).toBe(0);
});

test("/dev/null is no terminal, a terminal is one", async () => {
  const code = `
    import { isOutputTerminal, writeError } from "${MODULE}";
    writeError(String(isOutputTerminal()));`;
  const command = [process.execPath, "-e", code];
  const child = Bun.spawn(command, { stdout: Bun.file("/dev/null"), stderr: "pipe" });
  expect(await child.stderr.text()).toBe("false");
  let shown = "";
  const terminal = new Bun.Terminal({ data: (_, bytes) => void (shown += String(bytes)) });
  await Bun.spawn(command, { terminal }).exited;
  expect(shown).toBe("true");
});

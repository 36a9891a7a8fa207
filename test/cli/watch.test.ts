import { describe, expect, test } from "bun:test";
import { parseInterval, screen } from "../../src/cli/watch.ts";
import { MAIN } from "../helpers/program.ts";
import { SmallHost } from "../helpers/small_host.ts";

function watching(host: SmallHost, ...words: string[]) {
  const all = [MAIN, "sessions", "--watch", `--path.rootfs=${host.folder}`, ...words];
  return Bun.spawn([process.execPath, ...all], { stdout: "pipe", stderr: "pipe" });
}

/** Reads until so many lines have come; the reader stays open. */
async function readLines(
  reader: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> },
  count: number,
): Promise<string[]> {
  let text = "";
  while (text.split("\n").length <= count) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  return text.split("\n").slice(0, count);
}

describe("sessions --watch", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "prints tables one below the other, and ends well with %s",
    async (signal) => {
      using host = new SmallHost();
      const child = watching(host, "--interval=0.1");
      const lines = await readLines(child.stdout.getReader(), 8);
      child.kill(signal);
      expect(await child.exited).toBe(0);
      expect(lines[1]).toStartWith("USER");
      expect(lines[2]).toStartWith("alice");
      expect(lines[5]).toStartWith("USER");
      expect(lines.join("")).not.toContain("\u001b");
    },
  );

  test("with --json prints one document a line", async () => {
    using host = new SmallHost();
    const child = watching(host, "--interval=0.1", "--json");
    const lines = await readLines(child.stdout.getReader(), 2);
    child.kill("SIGTERM");
    const users = lines.map((line) =>
      (JSON.parse(line) as { username: string }[]).map(({ username }) => username),
    );
    expect(users).toEqual([
      ["alice", "bob"],
      ["alice", "bob"],
    ]);
    expect(await child.exited).toBe(0);
  });

  test("ends when nobody reads any more", async () => {
    using host = new SmallHost();
    const child = watching(host, "--interval=0.1");
    await child.stdout.cancel();
    expect(await child.exited).toBe(0);
  });

  test("a wait without end does not keep it from ending", async () => {
    using host = new SmallHost();
    const child = watching(host, "--interval=86400");
    await readLines(child.stdout.getReader(), 2);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  });
});

test.each(["0", "0.05", "86401", "1e3", "-1", "x", ""])("%p is no interval", (text) => {
  expect(() => parseInterval(text)).toThrow("--interval: invalid number");
});

test.each([
  ["0.1", 0.1],
  ["2", 2],
  ["86400", 86_400],
])("%p is an interval", (text, seconds) => {
  expect(parseInterval(text)).toBe(seconds);
});

test("a terminal's last line stays free, so that it does not scroll", () => {
  const text = "a\nb\nc\nd\n";
  const lines = (rows: number) => Bun.stripANSI(screen(text, rows)).trimEnd().split("\n");
  expect(lines(3)).toEqual(["a", "b"]);
  expect(lines(5)).toEqual(["a", "b", "c", "d"]);
  // A terminal that does not know its height.
  expect(lines(0)).toEqual(["a", "b", "c", "d"]);
});

test("a screen begins at the top, clears what was there, and leaves the terminal as it was", () => {
  expect(screen("a\nb\n", 24)).toBe("\u001b[?7l\u001b[Ha\u001b[K\nb\u001b[K\n\u001b[J\u001b[?7h");
});

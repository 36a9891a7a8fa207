import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { readSeqFile } from "../../src/sources/seq_file.ts";
import { TempTree } from "../helpers/temp_tree.ts";

const isLinux = process.platform === "linux";

test.each([0, 1, 3583, 3584, 4096, 65_535, 65_536, 65_537, 200_000])(
  "a file of %d bytes is read to its end",
  async (bytes) => {
    const text = "x".repeat(bytes);
    using tree = new TempTree({ "/proc/net/unix": text });
    expect((await readSeqFile(tree.root.proc("net/unix"))).toString()).toBe(text);
  },
);

test("a file that is missing is an error", async () => {
  using tree = new TempTree();
  await expect(readSeqFile(tree.root.proc("net/tcp"))).rejects.toMatchObject({ code: "ENOENT" });
});

// Both tables have more than one page's worth of lines on any machine.
test.skipIf(!isLinux).each(["/proc/kallsyms", "/proc/self/smaps"])(
  "%s has all lines",
  async (path) => {
    const lines = (text: string) => text.split("\n").length;
    const read = lines((await readSeqFile(path)).toString());
    const whole = lines(readFileSync(path, "latin1"));
    expect(whole).toBeGreaterThan(100);
    expect(Math.abs(read - whole)).toBeLessThan(whole / 10);
  },
);

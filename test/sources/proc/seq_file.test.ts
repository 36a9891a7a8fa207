import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { readSeqFile } from "../../../src/sources/proc/seq_file.ts";
import { IMPOSTORS, replace } from "../../helpers/impostors.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

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

test.skipIf(!isLinux)("a file of the kernel that has thousands of lines", async () => {
  const read = await readSeqFile("/proc/kallsyms");
  expect(read.equals(readFileSync("/proc/kallsyms"))).toBe(true);
  expect(read.length).toBeGreaterThan(100_000);
});

test.each(IMPOSTORS.filter(({ name }) => name !== "a link loop"))(
  "$name in its place is an error at once",
  async (impostor) => {
    using tree = new TempTree();
    replace(tree.root.proc("net/tcp"), impostor);
    await expect(readSeqFile(tree.root.proc("net/tcp"))).rejects.toThrow(impostor.says);
  },
);

test.skipIf(!isLinux)(
  "a table of the kernel that is longer than the limit is an error",
  async () => {
    const { length } = await readSeqFile("/proc/kallsyms");
    expect(await readSeqFile("/proc/kallsyms", 0, length)).toHaveLength(length);
    await expect(readSeqFile("/proc/kallsyms", 0, length - 1)).rejects.toThrow(
      `is longer than ${length - 1} bytes`,
    );
  },
);

import { expect, test } from "bun:test";
import { readFileSync, renameSync, statSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { CachedFile } from "../../src/sources/cached_file.ts";
import { BrokenSourceError } from "../../src/sources/errors.ts";
import { TempTree } from "../helpers/temp_tree.ts";

/** A cached file, and how often it was read. */
function cached(content: string) {
  const tree = new TempTree();
  const path = tree.write("/file", content);
  const counter = { reads: 0 };
  const file = new CachedFile(path, (read) => {
    counter.reads++;
    const text = readFileSync(read, "utf8");
    if (text === "bad") throw new Error("bad content");
    return text;
  });
  return { path, file, counter, [Symbol.dispose]: () => tree[Symbol.dispose]() };
}

test("is read once as long as it stays the same", async () => {
  using it = cached("one");
  expect([await it.file.get(), await it.file.get(), await it.file.get()]).toEqual([
    "one",
    "one",
    "one",
  ]);
  expect(it.counter.reads).toBe(1);
});

test("is read again when it has grown", async () => {
  using it = cached("one");
  await it.file.get();
  writeFileSync(it.path, "longer");
  expect(await it.file.get()).toBe("longer");
});

test("is read again when another was put in its place, with the same size and time", async () => {
  using it = cached("one");
  await it.file.get();
  const { atime, mtime } = statSync(it.path);
  writeFileSync(`${it.path}.new`, "two");
  utimesSync(`${it.path}.new`, atime, mtime);
  renameSync(`${it.path}.new`, it.path);
  expect(await it.file.get()).toBe("two");
});

test("is read again when it was changed in place and its mtime set back", async () => {
  using it = cached("one");
  utimesSync(it.path, 1_700_000_000, 1_700_000_000);
  await it.file.get();
  // The kernel's clock for ctime moves in steps of a few milliseconds.
  await Bun.sleep(20);
  writeFileSync(it.path, "two");
  utimesSync(it.path, 1_700_000_000, 1_700_000_000);
  expect(await it.file.get()).toBe("two");
});

test("a file that went away is an error, not its last content", async () => {
  using it = cached("one");
  await it.file.get();
  unlinkSync(it.path);
  await expect(it.file.get()).rejects.toMatchObject({ code: "ENOENT" });
});

test("what could not be read is tried again", async () => {
  using it = cached("bad");
  await expect(it.file.get()).rejects.toThrow("bad content");
  await expect(it.file.get()).rejects.toThrow("bad content");
  expect(it.counter.reads).toBe(2);
  writeFileSync(it.path, "good");
  expect(await it.file.get()).toBe("good");
});

test("that it is broken is remembered until it changes", async () => {
  using tree = new TempTree({ "/file": "bad" });
  const path = `${tree.folder}/file`;
  let reads = 0;
  const file = new CachedFile(path, () => {
    if (++reads === 1) throw new BrokenSourceError(path, "is no such file");
    return "good";
  });
  for (let i = 0; i < 3; i++) await expect(file.get()).rejects.toThrow("is no such file");
  expect(reads).toBe(1);
  writeFileSync(path, "longer");
  expect(await file.get()).toBe("good");
});

test("who asks while it is read shares that reading, and a later one sees what has changed since", async () => {
  using tree = new TempTree({ "/file": "one" });
  const path = `${tree.folder}/file`;
  const waiting: (() => void)[] = [];
  const file = new CachedFile(path, async () => {
    await new Promise<void>((goOn) => waiting.push(goOn));
    return waiting.length;
  });
  const both = [file.get(), file.get()];
  await Bun.sleep(0);
  writeFileSync(path, "longer");
  expect(waiting).toHaveLength(1);
  waiting[0]!();
  expect(await Promise.all(both)).toEqual([1, 1]);
  const later = file.get();
  await Bun.sleep(0);
  waiting[1]!();
  expect(await later).toBe(2);
});

import { afterAll, expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { JournalFile } from "../../../../src/sources/logs/journal/file.ts";
import { JournalFormatError } from "../../../../src/sources/logs/journal/header.ts";
import { DATA, ENTRY } from "../../../../src/sources/logs/journal/objects.ts";
import { Pages } from "../../../../src/sources/logs/journal/pages.ts";
import { openFilesIn } from "../../../helpers/descriptors.ts";
import { isLinux } from "../../../helpers/system.ts";
import { Host, removeScratch, scratchFolder } from "./fixtures.ts";
import { Journald, sshd } from "./journald.ts";

afterAll(removeScratch);

function opened(options: ConstructorParameters<typeof Journald>[2] = {}) {
  const journald = new Journald(new Host(), "system", options);
  journald.log(sshd("one"));
  const file = JournalFile.open(journald.path, new Pages());
  const close = () => {
    file.close();
    journald.writer.close();
  };
  return { journald, file, [Symbol.dispose]: close };
}

test("an object is to be had by its offset and type, whole", () => {
  using it = opened();
  const offset = it.journald.writer.offsetOf("MESSAGE=one");
  const size = it.file.load(offset, DATA, 72);
  expect(size).toBe(72 + "MESSAGE=one".length);
  expect(it.file.pages.bytes.toString("utf8", it.file.pages.at + 72, it.file.pages.at + size)).toBe(
    "MESSAGE=one",
  );
});

test("where there is no sane object of that type there is none", () => {
  using it = opened();
  const offset = it.journald.writer.offsetOf("MESSAGE=one");
  const { endOffset } = it.file.header;
  expect(it.file.loadHead(offset, ENTRY, 16)).toBe(0);
  for (const bad of [0, 8, offset + 4, endOffset - 8, endOffset, Number.NaN, 2 ** 60])
    expect(it.file.loadHead(bad, DATA, 64)).toBe(0);
});

test.each([0n, 15n, 2n ** 40n, 2n ** 63n])(
  "an object that says it has %p bytes is none",
  (size) => {
    using it = opened();
    const offset = it.journald.writer.offsetOf("MESSAGE=one");
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(size);
    it.journald.writer.put(offset + 8, bytes);
    it.file.pages.forget();
    expect(it.file.loadHead(offset, DATA, 16)).toBe(0);
    expect(it.file.load(offset, DATA, 16)).toBe(0);
  },
);

test("the header is read again, and is the same object while nothing has changed", () => {
  using it = opened();
  const { header } = it.file;
  it.file.refresh();
  expect(it.file.header).toBe(header);
  it.journald.log(sshd("two"));
  it.file.refresh();
  expect(it.file.header.entryCount).toBe(2);
  it.journald.writer.put(0, Buffer.from("no journal"));
  it.file.refresh();
  expect(it.file.header.entryCount).toBe(2);
});

test("no object lies behind the end of a file that is cut off", () => {
  using it = opened();
  const offset = it.journald.writer.offsetOf("MESSAGE=one");
  truncateSync(it.journald.path, offset + 16);
  const cut = JournalFile.open(it.journald.path, new Pages());
  expect(cut.header.endOffset).toBe(offset + 16);
  expect(cut.loadHead(offset, DATA, 64)).toBe(0);
  cut.close();
});

test("a file is known by its inode, whatever its name, until it is deleted", () => {
  using it = opened();
  const { path } = it.journald;
  expect([it.file.isAt(path), it.file.isDeleted()]).toEqual([true, false]);
  renameSync(path, `${path}.old`);
  expect(() => it.file.isAt(path)).toThrow("ENOENT");
  expect(it.file.isAt(`${path}.old`)).toBe(true);
  rmSync(`${path}.old`);
  expect(it.file.isDeleted()).toBe(true);
});

test("only a keyed file has a key", () => {
  using keyed = opened();
  using plain = opened({ keyed: false });
  expect([keyed.file.key !== undefined, plain.file.key !== undefined]).toEqual([true, false]);
  expect(keyed.file.serial).not.toBe(plain.file.serial);
});

test("what is no journal file is refused, and not left open", async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, "x.journal"));
  await Bun.write(join(folder, "y.journal"), "x".repeat(300));
  expect(() => JournalFile.open(join(folder, "x.journal"), new Pages())).toThrow(
    JournalFormatError,
  );
  expect(() => JournalFile.open(join(folder, "y.journal"), new Pages())).toThrow(
    JournalFormatError,
  );
  expect(() => JournalFile.open(join(folder, "z.journal"), new Pages())).toThrow("ENOENT");
  if (isLinux) expect(openFilesIn(folder)).toEqual([]);
});

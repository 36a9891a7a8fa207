/** Lists of entries that lie about how long they are: reading ends after a number of reads that is counted. */
import { afterAll, describe, expect, test } from "bun:test";
import { ftruncateSync } from "node:fs";
import { EntryList } from "../../../../src/sources/logs/journal/entry_list.ts";
import { JournalFile } from "../../../../src/sources/logs/journal/file.ts";
import { Pages } from "../../../../src/sources/logs/journal/pages.ts";
import { Host, removeScratch } from "./fixtures.ts";
import { Journald, messagesOf, sshd } from "./journald.ts";

afterAll(removeScratch);

const COUNT = 300;
const MANY = 10 ** 12;

/** A file with entries, archived, whose list can be changed. */
function archived(compact: boolean) {
  const host = new Host();
  const journald = new Journald(host, "system", { compact });
  for (let i = 0; i < COUNT; i++) journald.log(sshd(i));
  const { writer } = journald;
  writer.setState(2);
  const data = writer.offsetOf("SYSLOG_IDENTIFIER=sshd");
  const arrays: number[] = [];
  for (let at = writer.get(data + 48); at !== 0; at = writer.get(at + 16)) arrays.push(at);
  return { host, writer, data, arrays, path: journald.path, width: compact ? 4 : 8 };
}

/** Walks a list, and counts how often the file is read and how many items it has. */
function walk(path: string, data: number, writer: { get(at: number): number }) {
  const pages = new Pages();
  const file = JournalFile.open(path, pages);
  const list = new EntryList(file);
  list.update(writer.get(data + 40), writer.get(data + 48), writer.get(data + 56));
  let items = 0;
  for (let offset = list.peek(); offset !== 0; offset = list.peek()) {
    list.skip();
    items++;
  }
  file.close();
  return { items, reads: pages.reads };
}

describe.each([true, false])("compact: %p", (compact) => {
  test("a list that is whole", () => {
    const { data, path, writer } = archived(compact);
    expect(walk(path, data, writer).items).toBe(COUNT);
  });

  test("10^12 items in an array that the file has no room for", async () => {
    const { arrays, data, host, path, width, writer } = archived(compact);
    writer.set(data + 56, MANY);
    writer.set(arrays.at(-1)! + 8, 24 + MANY * width);
    writer.set(96, MANY * 16);
    const { items, reads } = walk(path, data, writer);
    expect(items).toBeLessThanOrEqual(COUNT);
    expect(reads).toBeLessThan(100);
    expect((await messagesOf(host.reader())).length).toBeLessThanOrEqual(COUNT);
  });

  test("20 GB of empty items", async () => {
    const { arrays, data, host, path, writer } = archived(compact);
    const bytes = 20e9;
    ftruncateSync(writer.fd, bytes);
    writer.set(96, bytes - 272);
    writer.set(data + 56, MANY);
    writer.set(arrays.at(-1)! + 8, bytes - arrays.at(-1)!);
    const { items, reads } = walk(path, data, writer);
    // What lies behind the array's true end is taken for items, up to the first hole.
    expect(items).toBeLessThan(5000);
    expect(reads).toBeLessThan(200);
    const messages = await messagesOf(host.reader());
    expect(messages).toContain("0");
  });

  test("a part of an array that was lost costs that part", () => {
    const { arrays, data, path, width, writer } = archived(compact);
    const lost = 20;
    writer.put(arrays.at(-1)! + 24 + 2 * width, Buffer.alloc(lost * width));
    expect(walk(path, data, writer).items).toBe(COUNT - lost);
  });

  test("arrays without end", () => {
    const { arrays, data, path, writer } = archived(compact);
    // A chain of thousands of short arrays, each behind the one before.
    const from = writer.end;
    const count = 20_000;
    ftruncateSync(writer.fd, from + count * 32);
    writer.set(96, from + count * 32 - 272);
    for (let i = 0; i < count; i++) {
      const at = from + i * 32;
      const array = Buffer.alloc(32);
      array[0] = 6;
      array.writeUInt32LE(32, 8);
      array.writeUInt32LE(at + 32, 16);
      writer.put(at, array);
    }
    writer.set(arrays.at(-1)! + 16, from);
    writer.set(data + 56, MANY);
    expect(walk(path, data, writer).reads).toBeLessThan(200);
  });
});

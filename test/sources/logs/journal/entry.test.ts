import { afterAll, describe, expect, test } from "bun:test";
import { EntryReader } from "../../../../src/sources/logs/journal/entry.ts";
import { FieldCache } from "../../../../src/sources/logs/journal/field_cache.ts";
import { JournalFile } from "../../../../src/sources/logs/journal/file.ts";
import { ENTRY_OBJECT } from "../../../../src/sources/logs/journal/objects.ts";
import { Pages } from "../../../../src/sources/logs/journal/pages.ts";
import { PayloadReader } from "../../../../src/sources/logs/journal/payload.ts";
import { FIELDS } from "../../../../src/sources/logs/journal/trust.ts";
import { Host, removeScratch } from "./fixtures.ts";
import { Journald } from "./journald.ts";

afterAll(removeScratch);

describe.each([
  ["keyed and compact", { compact: true, keyed: true }],
  ["as of old", { compact: false, keyed: false }],
])("in a file that is %s", (_name, options) => {
  function opened() {
    const journald = new Journald(new Host(), "system", options);
    const { writer } = journald;
    const first = writer.append(["_COMM=sshd", "MESSAGE=a", "X=1"], 1_700_000_000_000_001);
    const second = writer.append(["_COMM=sshd", "MESSAGE=b"], 1_700_000_000_000_002);
    const file = JournalFile.open(journald.path, new Pages());
    const cache = new FieldCache(FIELDS, new PayloadReader(() => {}));
    const entry = new EntryReader(FIELDS.length, cache);
    return {
      writer,
      file,
      entry,
      first,
      second,
      value: (name: string) => entry.values[(FIELDS as readonly string[]).indexOf(name)],
      [Symbol.dispose]() {
        file.close();
        writer.close();
      },
    };
  }

  test("an entry has its number, its times and the wanted fields", () => {
    using it = opened();
    expect(it.entry.read(it.file, it.first)).toBe(true);
    expect(it.entry).toMatchObject({
      seqnum: 1,
      realtimeUs: 1_700_000_000_000_001,
      monotonicUs: 1_699_999_000_000_001,
      bootId: "b".repeat(32),
      itemCount: 3,
      complete: true,
    });
    expect([it.value("_COMM"), it.value("MESSAGE")]).toEqual(["sshd", "a"]);
    expect(it.entry.read(it.file, it.second)).toBe(true);
    expect([it.value("MESSAGE"), it.entry.itemCount]).toEqual(["b", 2]);
  });

  test("which values it refers to is known before any is read", () => {
    using it = opened();
    expect(it.entry.open(it.file, it.second)).toBe(true);
    expect(it.entry.has(it.writer.offsetOf("MESSAGE=b"))).toBe(true);
    expect(it.entry.has(it.writer.offsetOf("MESSAGE=a"))).toBe(false);
  });

  test("a reference that lends it another one's message is found out", () => {
    using it = opened();

    const bytes = Buffer.alloc(40);
    const at = it.second + ENTRY_OBJECT.items;
    expect(it.file.load(it.second, 3, ENTRY_OBJECT.items)).toBeGreaterThan(0);
    const { pages } = it.file;
    pages.bytes.copy(bytes, 0, pages.at + ENTRY_OBJECT.items, pages.at + ENTRY_OBJECT.items + 40);
    const place = bytes.indexOf(word(it.writer.offsetOf("MESSAGE=b")));
    it.writer.put(at + place, word(it.writer.offsetOf("MESSAGE=a")));
    it.file.pages.forget();
    expect(it.entry.read(it.file, it.second)).toBe(false);
  });

  test.each([0, 8, 1, 2 ** 40])("there is none at %p", (offset) => {
    using it = opened();
    expect(it.entry.read(it.file, offset)).toBe(false);
    expect(it.entry.readHead(it.file, offset)).toBe(false);
  });

  test.each(["seqnum", "realtime", "monotonic"] as const)(
    "one whose %s makes no sense is none",
    (name) => {
      using it = opened();
      it.writer.put(it.first + ENTRY_OBJECT[name], Buffer.alloc(8, 0xff));
      expect(it.entry.read(it.file, it.first)).toBe(false);
    },
  );

  test("one of more than 128 fields is none", () => {
    using it = opened();
    const fields = (count: number) => Array.from({ length: count }, (_, i) => `F${i}=x`);
    const [many, tooMany] = [128, 129].map((count, i) =>
      it.writer.append(fields(count), 1_700_000_000_000_010 + i),
    );
    it.file.refresh();
    expect(it.entry.open(it.file, many!)).toBe(true);
    expect(it.entry.open(it.file, tooMany!)).toBe(false);
  });
});

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

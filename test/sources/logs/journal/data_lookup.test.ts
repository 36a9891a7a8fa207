import { afterAll, describe, expect, test } from "bun:test";
import { DataLookup } from "../../../../src/sources/logs/journal/data_lookup.ts";
import { JournalFile } from "../../../../src/sources/logs/journal/file.ts";
import { Pages } from "../../../../src/sources/logs/journal/pages.ts";
import { PayloadReader } from "../../../../src/sources/logs/journal/payload.ts";
import { Host, removeScratch } from "./fixtures.ts";
import { Journald } from "./journald.ts";

afterAll(removeScratch);

describe.each([
  ["keyed and compact", { compact: true, keyed: true }],
  ["as of old", { compact: false, keyed: false }],
])("in a file that is %s", (_name, options) => {
  function opened(fields: string[]) {
    const journald = new Journald(new Host(), "system", options);
    journald.log(fields);
    const file = JournalFile.open(journald.path, new Pages());
    const payload = new PayloadReader(() => {});
    return {
      journald,
      file,
      look: (lookup: DataLookup) => lookup.search(payload),
      [Symbol.dispose]() {
        file.close();
        journald.writer.close();
      },
    };
  }

  test("each value is found, also where thousands share the buckets", () => {
    const fields = Array.from({ length: 6000 }, (_, i) => `F=${i}`);
    using it = opened(fields);
    for (const i of [0, 1, 2999, 5998, 5999]) {
      const lookup = new DataLookup(`F=${i}`, it.file);
      expect(it.look(lookup)).toBe(true);
      expect(lookup.offset).toBe(it.journald.writer.offsetOf(`F=${i}`));
    }
    expect(it.look(new DataLookup("F=6000", it.file))).toBe(false);
    expect(it.look(new DataLookup("F=", it.file))).toBe(false);
  });

  test("a value that comes later is found then, with nothing looked at twice", () => {
    using it = opened(["_UID=1"]);
    const lookup = new DataLookup("_UID=0", it.file);
    expect([it.look(lookup), lookup.offset]).toEqual([false, 0]);
    it.journald.log(["_UID=0"]);
    it.file.refresh();
    it.file.pages.forget();
    expect(it.look(lookup)).toBe(true);
    expect(lookup.offset).toBe(it.journald.writer.offsetOf("_UID=0"));
  });

  test("an object in whose place the bucket has a circle ends the search", () => {
    using it = opened(["_UID=1"]);
    const offset = it.journald.writer.offsetOf("_UID=1");
    it.journald.writer.set(offset + 24, offset);
    const lookup = new DataLookup("_UID=1", it.file);
    it.journald.writer.put(offset + 64, Buffer.alloc(16, "x"));
    expect(it.look(lookup)).toBe(false);
  });
});

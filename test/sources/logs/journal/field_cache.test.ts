import { afterAll, expect, test } from "bun:test";
import { FieldCache } from "../../../../src/sources/logs/journal/field_cache.ts";
import { JournalFile } from "../../../../src/sources/logs/journal/file.ts";
import { Pages } from "../../../../src/sources/logs/journal/pages.ts";
import { PayloadReader } from "../../../../src/sources/logs/journal/payload.ts";
import { FIELDS } from "../../../../src/sources/logs/journal/trust.ts";
import { Host, removeScratch } from "./fixtures.ts";
import { Journald } from "./journald.ts";

afterAll(removeScratch);

/** What a cache says of each payload of an entry that has them all: the field's place, and its value. */
function cached(texts: string[]) {
  const journald = new Journald(new Host());
  journald.log(texts);
  const file = JournalFile.open(journald.path, new Pages());
  const cache = new FieldCache(FIELDS, new PayloadReader(() => {}));
  const slots = texts.map((text) => cache.slotOf(file, journald.writer.offsetOf(text)));
  const found = slots.map((slot) => [cache.field[slot], cache.value[slot]]);
  const again = texts.map((text) => cache.slotOf(file, journald.writer.offsetOf(text)));
  const { bytesHashed } = cache;
  file.close();
  return { found, slots, again, bytesHashed };
}

test("each wanted field is known by its whole name", () => {
  const texts = FIELDS.map((name, i) => `${name}=value ${i}`);
  expect(cached(texts).found).toEqual(FIELDS.map((_, i) => [i, `value ${i}`]));
});

test("a name that differs by its first letter, its last, or its length is another field's", () => {
  const texts = FIELDS.flatMap((name) => [
    `X${name.slice(1)}=x`,
    `${name.slice(0, -1)}X=x`,
    `${name}X=x`,
    `X${name}=x`,
    `${name.slice(0, -1)}=x`,
  ]);
  for (const [i, found] of cached(texts).found.entries()) {
    expect({ text: texts[i], found }).toEqual({ text: texts[i], found: [-1, undefined] });
  }
});

test("a value may be empty, and hold what ends a name", () => {
  expect(cached(["MESSAGE=", "_COMM=a=b"]).found).toEqual([
    [FIELDS.indexOf("MESSAGE"), ""],
    [FIELDS.indexOf("_COMM"), "a=b"],
  ]);
});

test("what is kept is neither read nor hashed again", () => {
  const texts = ["MESSAGE=one", "_COMM=two", "OTHER=three"];
  const { slots, again, bytesHashed } = cached(texts);
  expect(again).toEqual(slots);
  expect(bytesHashed).toBe(texts.join("").length);
});

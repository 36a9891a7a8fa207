import { afterAll, expect, test } from "bun:test";
import { JournalFile } from "../../../../src/sources/logs/journal/file.ts";
import { Pages } from "../../../../src/sources/logs/journal/pages.ts";
import { PayloadReader } from "../../../../src/sources/logs/journal/payload.ts";
import { FIELDS } from "../../../../src/sources/logs/journal/trust.ts";
import { ValueIndex } from "../../../../src/sources/logs/journal/value_index.ts";
import { Host, removeScratch } from "./fixtures.ts";
import { Journald, other, sshd } from "./journald.ts";

afterAll(removeScratch);

test("lists the entries that have a value, from the first one on, as they come", () => {
  const journald = new Journald(new Host());
  journald.log(other(1));
  const file = JournalFile.open(journald.path, new Pages());
  const payload = new PayloadReader(() => {});
  const index = new ValueIndex(FIELDS.indexOf("_COMM"), "sshd", file);
  const update = (hasNewData = true) => {
    file.refresh();
    file.pages.forget();
    return index.update(payload, hasNewData);
  };
  const listed = () => {
    const offsets: number[] = [];
    for (let at = index.list.peek(); at !== 0; at = index.list.peek()) {
      offsets.push(at);
      index.list.skip();
    }
    return offsets;
  };
  const log = (fields: string[]) => journald.writer.append(fields, (journald.timeUs += 1));

  expect(index.text).toBe("_COMM=sshd");
  expect([update(), index.isFound, listed()]).toEqual([false, false, []]);
  const first = log(sshd("a"));
  expect([update(false), index.isFound]).toEqual([false, false]);
  expect([update(), index.isFound, listed()]).toEqual([true, true, [first]]);
  const second = log(sshd("b"));
  log(other(2));
  const third = log(sshd("c"));
  expect([update(false), listed()]).toEqual([false, [second, third]]);
  file.close();
  journald.writer.close();
});

import { expect, test } from "bun:test";
import { closeSync, fstatSync, openSync } from "node:fs";
import { isJournalStream } from "../../src/sources/journal_stream.ts";

test("standard error is the journal's when device and inode are those of JOURNAL_STREAM", () => {
  const fd = openSync("/dev/null", "r");
  const { dev, ino } = fstatSync(fd, { bigint: true });
  expect(isJournalStream(`${dev}:${ino}`, fd)).toBe(true);
  expect(isJournalStream(`${dev}:${ino + 1n}`, fd)).toBe(false);
  expect(isJournalStream("", fd)).toBe(false);
  expect(isJournalStream(undefined, fd)).toBe(false);
  closeSync(fd);
  expect(isJournalStream(`${dev}:${ino}`, 1_000_000)).toBe(false);
});

/** The place in a log as it comes back from a state file. */
import { describe, expect, test } from "bun:test";
import { readPosition } from "../../../src/sources/logs/position.ts";
import { SavedStateError } from "../../../src/sources/saved_value.ts";

const FILE = {
  dev: 65024,
  ino: 2155759,
  offset: 218,
  skipping: false,
  headBytes: 218,
  head: "4e2f",
};
const RECORD = { timeMs: 5, identifier: "sshd", pid: 7, message: "x", copies: 1 };
const TEXT = { kind: "text", files: [{ ...FILE, size: 300 }], finished: null, sinceMs: 7 };
const JOURNAL = {
  kind: "journal",
  files: { a1: { "_COMM=sshd": 4096 }, b2: {} },
  unread: { a1: 100 },
  seqnums: { c3: 9 },
  timeUs: 1_700_000_000_000_000,
  volatile: { "/d4": [1, 2] },
};

test.each([
  ["text", TEXT],
  ["a text log before its first line that is wanted", { ...TEXT, sinceMs: 1, finished: FILE }],
  ["a text log behind a record", { ...TEXT, previous: RECORD }],
  ["the journal", JOURNAL],
  ["a journal that was not read yet", { kind: "journal" }],
])("a position in %s is read as it was saved", (_what, position) => {
  expect(readPosition(JSON.parse(JSON.stringify(position)))).toEqual(position as never);
});

describe("of version 1.0.0", () => {
  test("in a text log has no size, and nothing of the file before", () => {
    const position = { kind: "text", files: [FILE], newestRotated: null };
    expect(readPosition(position)).toEqual({
      kind: "text",
      files: [FILE],
      finished: undefined,
      sinceMs: undefined,
      previous: undefined,
    });
  });

  test("in the journal has no kind and no unread bytes", () => {
    const { kind: _kind, unread: _unread, ...position } = JOURNAL;
    expect(readPosition(position)).toEqual({ ...JOURNAL, unread: {} } as never);
    expect(readPosition({})).toEqual({ kind: "journal" });
  });
});

test.each([
  [null],
  [[]],
  [{ kind: "syslog" }],
  [{ kind: 1 }],
  [{ kind: "text" }],
  [{ ...TEXT, files: [null] }],
  [{ ...TEXT, files: [{ ...FILE, offset: -1 }] }],
  [{ ...TEXT, files: [{ ...FILE, head: 1 }] }],
  [{ ...TEXT, finished: {} }],
  [{ ...TEXT, sinceMs: "7" }],
  [{ ...TEXT, previous: { ...RECORD, timeMs: "5" } }],
  [{ ...JOURNAL, files: 7 }],
  [{ ...JOURNAL, files: { a1: { "_COMM=sshd": null } } }],
  [{ ...JOURNAL, unread: [] }],
  [{ ...JOURNAL, seqnums: undefined }],
  [{ ...JOURNAL, timeUs: "x" }],
  [{ ...JOURNAL, volatile: { "/d4": [1] } }],
])("one that no reader made is refused: %j", (value) => {
  expect(() => readPosition(value)).toThrow(SavedStateError);
});

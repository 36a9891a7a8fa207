import { afterAll, describe, expect, test } from "bun:test";
import { closeSync, openSync, writeSync } from "node:fs";
import { JournalFile } from "../../../../src/sources/logs/journal/file.ts";
import { Pages } from "../../../../src/sources/logs/journal/pages.ts";
import { PayloadReader, dataHeadBytes } from "../../../../src/sources/logs/journal/payload.ts";
import { Host, removeScratch } from "./fixtures.ts";
import { Journald } from "./journald.ts";
import { plainJenkins } from "./plain_hash.ts";

afterAll(removeScratch);

const TEXT = `MESSAGE=${"x".repeat(200)}`;

/** A file with one entry of these fields, and a reader of payloads. */
function written(text = TEXT, options: ConstructorParameters<typeof Journald>[2] = {}) {
  const host = new Host();
  const journald = new Journald(host, "system", options);
  journald.log([text]);
  const file = JournalFile.open(journald.path, new Pages());
  const reports: string[] = [];
  const payload = new PayloadReader((message) => reports.push(message));
  const offset = journald.writer.offsetOf(text);
  return {
    file,
    offset,
    payload,
    reports,
    read: () => payload.open(file, offset) && payload.check(file),
    get text() {
      return payload.bytes.toString("utf8", payload.start, payload.end);
    },
    put(at: number, bytes: Uint8Array) {
      const fd = openSync(journald.path, "r+");
      writeSync(fd, bytes, 0, bytes.length, offset + at);
      closeSync(fd);
      file.pages.forget();
    },
    [Symbol.dispose]() {
      file.close();
      journald.writer.close();
    },
  };
}

describe.each([
  ["keyed and compact", { compact: true, keyed: true }],
  ["as of old", { compact: false, keyed: false }],
])("payloads, %s", (_, options) => {
  test("are there, with the hash that entries add up", () => {
    using it = written(TEXT, options);
    expect(it.read()).toBe(true);
    expect(it.text).toBe(TEXT);
    const hash = (BigInt(it.payload.jenkins[1]!) << 32n) | BigInt(it.payload.jenkins[0]!);
    expect(hash).toBe(plainJenkins(Buffer.from(TEXT)));
    expect(it.payload.hashedBytes).toBe(TEXT.length);
  });

  test("one bit of which was changed are damaged", () => {
    using it = written(TEXT, options);
    it.put(dataHeadBytes(it.file) + 50, Buffer.from("y"));
    expect(it.payload.open(it.file, it.offset)).toBe(true);
    expect(it.payload.check(it.file)).toBe(false);
  });
});

describe("a payload", () => {
  test("that is too large to be read tells which field it is, and is not checked", () => {
    using it = written(`MESSAGE=${"x".repeat(70_000)}`);
    expect(it.payload.open(it.file, it.offset)).toBe(true);
    expect(it.payload.isCut).toBe(true);
    expect(it.text).toBe(`MESSAGE=${"x".repeat(56)}`);
    expect(it.payload.check(it.file)).toBe(false);
    expect(it.payload.hashedBytes).toBe(0);
  });

  test("where there is none is none", () => {
    using it = written();
    for (const offset of [0, it.offset + 8, it.offset + 1, 2 ** 40])
      expect(it.payload.open(it.file, offset)).toBe(false);
  });

  test("in xz is told, and not read", () => {
    using it = written();
    it.put(1, Buffer.from([1]));
    expect(it.read()).toBe(false);
    expect(it.reports).toEqual(["a field compressed with xz can't be read"]);
  });

  test("whose packing is damaged is not read, and is no error", () => {
    using it = written();
    for (const packing of [2, 4]) {
      it.put(1, Buffer.from([packing]));
      expect(it.read()).toBe(false);
    }
    expect(it.reports).toEqual([]);
  });

  test("that is packed is unpacked, and no more than an object may have", () => {
    const packed = (size: number) => Bun.zstdCompressSync(Buffer.alloc(size, "x"));
    const text = `${"y".repeat(200)}`;
    using it = written(text);
    const head = dataHeadBytes(it.file);
    const size = Buffer.alloc(8);
    it.put(1, Buffer.from([4]));
    for (const [bytes, isGood] of [
      [60_000, true],
      [70_000, false],
    ] as const) {
      const frame = packed(bytes);
      it.put(head, frame);
      size.writeBigUInt64LE(BigInt(head + frame.length));
      it.put(8, size);
      expect([bytes, it.payload.open(it.file, it.offset)]).toEqual([bytes, isGood]);
    }
  });
});

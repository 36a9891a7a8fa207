/** How the reader follows files that grow, rotate and vanish, step by step. */
import { afterAll, describe, expect, test, setDefaultTimeout } from "bun:test";
import { ftruncateSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EntryReader } from "../../../../src/sources/logs/journal/entry.ts";
import { FieldCache } from "../../../../src/sources/logs/journal/field_cache.ts";
import { JournalFile } from "../../../../src/sources/logs/journal/file.ts";
import { Pages } from "../../../../src/sources/logs/journal/pages.ts";
import { PayloadReader } from "../../../../src/sources/logs/journal/payload.ts";
import { FIELDS } from "../../../../src/sources/logs/journal/trust.ts";
import { Host, removeScratch } from "./fixtures.ts";
import { Journald, START_US, messagesOf, other, sshd } from "./journald.ts";
import { JournalWriter } from "./writer.ts";

afterAll(removeScratch);

// They count steps, and take as long as the machine is slow.
setDefaultTimeout(120_000);

describe.each([
  { compact: true, keyed: true, isReversed: false },
  { compact: false, keyed: false, isReversed: false },
  { compact: true, keyed: true, isReversed: true },
])("%p", ({ isReversed, ...layout }) => {
  test("each record is handed over once, wherever a reading falls between two steps of writing", async () => {
    const host = new Host();
    const journald = new Journald(host, "system", layout);
    const reader = host.reader();
    // Readings can't wait in the midst of a step, but all of their work is done before they wait.
    const seen: string[] = [];
    let steps = 0;
    const poll = () => {
      steps++;
      reader.poll(({ message }) => seen.push(message));
    };
    for (let i = 0; i < 40; i++) {
      // Fields are linked in the order in which they were first written.
      const fields = i % 3 === 0 ? other(i) : sshd(i, i);
      journald.log(isReversed ? fields.toReversed() : fields, poll);
    }
    poll();
    poll();
    const wanted = Array.from({ length: 40 }, (_, i) => i).filter((i) => i % 3 !== 0);
    expect(seen).toEqual(wanted.map(String));
    expect(steps).toBeGreaterThan(200);
  });

  test("from a time on", async () => {
    const host = new Host();
    const journald = new Journald(host, "system", layout);
    for (let i = 1; i <= 300; i++) journald.log(sshd(i));
    for (const first of [1, 2, 3, 150, 299, 300, 301]) {
      const reader = host.reader({ sinceMs: START_US / 1000 + first * 1000 });
      const messages = await messagesOf(reader);
      expect(messages[0]).toBe(first <= 300 ? String(first) : undefined);
      expect(messages.length).toBe(301 - first);
      reader.close();
    }
  });
});

test("an entry that the header counts before its lists do is not forgotten", async () => {
  for (let stop = 0; stop < 12; stop++) {
    const host = new Host();
    const journald = new Journald(host);
    for (let i = 0; i < 3; i++) journald.log(sshd(0));
    const reader = host.reader();
    const seen: string[] = [];
    let step = 0;
    journald.log(sshd(0), () => {
      if (step++ === stop) reader.poll(({ message }) => seen.push(message));
    });
    for (let i = 0; i < 2; i++) seen.push(...(await messagesOf(reader)));
    expect({ stop, seen }).toEqual({ stop, seen: ["0", "0", "0", "0"] });
  }
});

test("an entry that was written after its page was read is read all the same", () => {
  const host = new Host();
  const journald = new Journald(host);
  journald.log(sshd(1));
  const pages = new Pages();
  const file = JournalFile.open(journald.path, pages);
  const entry = new EntryReader(FIELDS.length, new FieldCache(FIELDS, new PayloadReader(() => {})));
  // Journald reserves space ahead, so a page may hold what is yet to be written.
  const { end, fd } = journald.writer;
  ftruncateSync(fd, end + 65_536);
  expect(pages.load(file.fd, end, 2048)).toBe(true);
  const offset = journald.writer.append(sshd("late"), journald.timeUs);
  expect(entry.read(file, offset)).toBe(true);
  expect(entry.values).toContain("late");
  file.close();
});

test("an unchanged journal costs no read but that of the header", async () => {
  const host = new Host();
  const journald = new Journald(host);
  for (let i = 0; i < 100; i++) journald.log(sshd(i));
  const reader = host.reader();
  expect((await messagesOf(reader)).length).toBe(100);
  reader.poll(() => {});
  const { pages } = reader as unknown as { pages: { reads: number } };
  const readsBefore = pages.reads;
  reader.poll(() => {});
  expect(pages.reads).toBe(readsBefore);
});

test("a single new record costs a few reads, however long the journal is", async () => {
  const host = new Host();
  const journald = new Journald(host);
  for (let i = 0; i < 2000; i++) journald.log(sshd(i));
  const reader = host.reader();
  reader.poll(() => {});
  reader.poll(() => {});
  const { pages } = reader as unknown as { pages: { reads: number } };
  const readsBefore = pages.reads;
  journald.log(sshd("new"));
  expect(await messagesOf(reader)).toEqual(["new"]);
  expect(pages.reads - readsBefore).toBeLessThan(30);
});

test("the records of several files come in the order of writing", async () => {
  const host = new Host();
  const system = new Journald(host);
  const user = new JournalWriter(
    join(host.folder(), "user-1000.journal"),
    { fileId: "c".repeat(32) },
    system.counter,
  );
  for (let i = 0; i < 50; i++) {
    if (i % 3 === 0) user.append(sshd(i), (system.timeUs += 1_000_000));
    else system.log(sshd(i));
  }
  const foreign = new JournalWriter(join(host.folder(), "user-1001.journal"), {
    fileId: "d".repeat(32),
    seqnumId: "e".repeat(32),
  });
  foreign.append(sshd("by time"), START_US + 10_500_000);
  const messages = await messagesOf(host.reader());
  expect(messages).toEqual([
    ...Array.from({ length: 10 }, (_, i) => String(i)),
    "by time",
    ...Array.from({ length: 40 }, (_, i) => String(i + 10)),
  ]);
});

test("rotation: the old file is read to its end, the new one from its beginning", async () => {
  const host = new Host();
  const journald = new Journald(host);
  const reader = host.reader();
  journald.log(sshd(1));
  expect(await messagesOf(reader)).toEqual(["1"]);
  journald.log(sshd(2));
  const archive = journald.rotate();
  journald.log(sshd(3));
  expect(await messagesOf(reader)).toEqual(["2", "3"]);
  journald.log(sshd(4));
  rmSync(archive);
  expect(await messagesOf(reader)).toEqual(["4"]);
  journald.rotate();
  journald.rotate();
  journald.log(sshd(5));
  expect(await messagesOf(reader)).toEqual(["5"]);
  expect(await messagesOf(reader)).toEqual([]);
});

test("a file that is vacuumed right after its last record was written is read to its end", async () => {
  const host = new Host();
  const journald = new Journald(host);
  const reader = host.reader();
  reader.poll(() => {});
  journald.log(sshd(1));
  rmSync(journald.rotate());
  journald.log(sshd(2));
  expect(await messagesOf(reader)).toEqual(["1", "2"]);
});

test("files that somebody deleted while they were written to are let go", async () => {
  const host = new Host();
  const journald = new Journald(host);
  const reader = host.reader();
  journald.log(sshd(1));
  expect(await messagesOf(reader)).toEqual(["1"]);
  journald.log(sshd(2));
  rmSync(journald.path);
  const next = new Journald(host, "system", { seqnumId: "6".repeat(32) });
  next.log(sshd(3));
  expect((await messagesOf(reader)).toSorted()).toEqual(["2", "3"]);
  const { files } = reader as unknown as { files: { open: Map<string, unknown> } };
  expect(files.open.size).toBe(1);
});

test("a file that its writer left behind when it died is read like an archive", async () => {
  const host = new Host();
  const journald = new Journald(host);
  journald.log(sshd(1));
  const reader = host.reader();
  expect(await messagesOf(reader)).toEqual(["1"]);
  journald.log(sshd(2));
  renameSync(journald.path, join(host.folder(), "system@0001-0002.journal~"));
  const next = new Journald(host, "system", { seqnumId: "6".repeat(32) });
  next.timeUs = journald.timeUs;
  next.log(sshd(3));
  expect(await messagesOf(reader)).toEqual(["2", "3"]);
});

describe("hostile and odd files", () => {
  test("circles end", async () => {
    const host = new Host();
    const journald = new Journald(host);
    for (let i = 0; i < 30; i++) journald.log(sshd(i));
    const { writer } = journald;
    const data = writer.offsetOf("SYSLOG_IDENTIFIER=sshd");
    const array = writer.get(data + 48);
    writer.set(array + 16, array);
    writer.set(data + 24, data);
    writer.set(data + 56, 2 ** 52);
    expect((await messagesOf(host.reader())).length).toBeGreaterThan(0);
  });

  test("a reference that lends an entry another one's message is found out", async () => {
    const host = new Host();
    const journald = new Journald(host);
    const { writer } = journald;
    journald.log(sshd("mine"));
    const entry = writer.append(sshd("yours"), START_US + 9e6);
    const items = [...Array(7).keys()].map((i) => entry + 64 + i * 4);
    const at = items.find(
      (item) => (writer.get(item) & 0xffffffff) === writer.offsetOf("MESSAGE=yours"),
    )!;
    const wrong = Buffer.alloc(4);
    wrong.writeUInt32LE(writer.offsetOf("MESSAGE=mine"));
    writer.put(at, wrong);
    expect(await messagesOf(host.reader())).toEqual(["mine"]);
  });

  test("a field that was logged twice with one value costs nothing", async () => {
    const host = new Host();
    new Journald(host).log([...sshd(1), "X=1", "X=1", "X=2"]);
    expect(await messagesOf(host.reader())).toEqual(["1"]);
  });

  test("a damaged field that nobody wants costs nothing but itself", async () => {
    const host = new Host();
    const journald = new Journald(host);
    journald.log(sshd(1));
    journald.log(sshd(2));
    const { writer } = journald;
    writer.put(writer.offsetOf("_HOSTNAME=host") + 72 + 10, Buffer.from("g"));
    expect(await messagesOf(host.reader())).toEqual(["1", "2"]);
    writer.put(writer.offsetOf("MESSAGE=2") + 72 + 8, Buffer.from("3"));
    expect(await messagesOf(host.reader())).toEqual(["1"]);
  });
});

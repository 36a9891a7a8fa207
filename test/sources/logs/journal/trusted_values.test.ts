/**
 * Entries that a user wrote in another's name are refused before anything of them is hashed or decoded,
 * and between any two of them other work can have its turn. What they cost is counted, not timed.
 */
import { afterAll, beforeAll, describe, expect, test, setDefaultTimeout } from "bun:test";
import { FileCursor } from "../../../../src/sources/logs/journal/file_cursor.ts";
import { EntryReader } from "../../../../src/sources/logs/journal/entry.ts";
import { FieldCache } from "../../../../src/sources/logs/journal/field_cache.ts";
import { JournalFile } from "../../../../src/sources/logs/journal/file.ts";
import { Pages } from "../../../../src/sources/logs/journal/pages.ts";
import { PayloadReader } from "../../../../src/sources/logs/journal/payload.ts";
import { FIELDS } from "../../../../src/sources/logs/journal/trust.ts";
import { Host, removeScratch } from "./fixtures.ts";
import { Journald } from "./journald.ts";

afterAll(removeScratch);

// They count steps, and take as long as the machine is slow.
setDefaultTimeout(120_000);

const COUNT = 3000;

/** What journald adds to an entry of a user's, in a session; all entries share these. */
const USER = [
  "_UID=1000",
  "_GID=1000",
  "_TRANSPORT=journal",
  "_CAP_EFFECTIVE=0",
  "_HOSTNAME=host",
  ...Array.from({ length: 12 }, (_, i) => `_SYSTEMD_FIELD_${i}=value`),
];

const own = (i: number, fields: number, length: number) =>
  Array.from({ length: fields }, (_, field) => `F${field}=${i}${"y".repeat(length)}`);

/** By what the user does: the fields of the i-th entry. */
const FORGERIES: Record<string, (i: number) => string[]> = {
  "the identifier alone": (i) => ["SYSLOG_IDENTIFIER=sshd", `MESSAGE=${i}`, "_COMM=logger"],
  "a link with the name of sshd": (i) => ["SYSLOG_IDENTIFIER=sshd", `MESSAGE=${i}`, "_COMM=sshd"],
  "the name alone": (i) => [`MESSAGE=${i}`, "_COMM=sshd"],
  "a pid of its own each": (i) => ["SYSLOG_IDENTIFIER=sshd", `MESSAGE=${i}`, `_PID=${i + 2}`],
  "the end of a session": (i) => [
    "SYSLOG_IDENTIFIER=systemd-logind",
    "MESSAGE_ID=3354939424b4456d9802ca8333ed424a",
    `SESSION_ID=${i}`,
    `MESSAGE=Removed session ${i}.`,
  ],
  "many fields": (i) => ["SYSLOG_IDENTIFIER=sshd", `MESSAGE=${i}`, ...own(i, 5, 5)],
  "sudo by another program": (i) => [
    "SYSLOG_IDENTIFIER=sudo",
    `MESSAGE=${i}`,
    "_EXE=/usr/bin/logger",
  ],
  "sudo without privilege": (i) => ["SYSLOG_IDENTIFIER=sudo", `MESSAGE=${i}`, "_EXE=/usr/bin/sudo"],
  "su without a file": (i) => ["SYSLOG_IDENTIFIER=su", `MESSAGE=${i}`, "_COMM=su"],
};

function cursorOn(path: string) {
  const pages = new Pages();
  const payload = new PayloadReader(() => {});
  const entry = new EntryReader(FIELDS.length, new FieldCache(FIELDS, payload));
  const file = JournalFile.open(path, pages);
  const cursor = new FileCursor(file, { entry, payload }, { kind: "beginning" }, false);
  return { cursor, pages, payload, file };
}

describe.each([true, false])("compact: %p", (compact) => {
  let host: Host;
  beforeAll(() => (host = new Host()));

  test.each(Object.keys(FORGERIES))("%s", (name) => {
    const fileName = name.replaceAll(" ", "-");
    const journald = new Journald(host, fileName, { compact });
    // Root wrote in this file, too.
    journald.log(["SYSLOG_IDENTIFIER=cron", "_UID=0", "_EXE=/usr/bin/sudo", "_CAP_EFFECTIVE=1ff"]);
    const forge = FORGERIES[name]!;
    const count = 500;
    for (let i = 0; i < count; i++) journald.log([...USER, ...forge(i)]);
    const { cursor, pages, payload, file } = cursorOn(journald.path);
    cursor.update();
    const hashedBefore = payload.hashedBytes;
    const readsBefore = pages.reads;
    let asked = 0;
    expect(cursor.look(() => ++asked > 0)).toBe(true);
    expect(cursor.pending).toBeUndefined();
    // Asked after each: other work can have its turn between any two.
    expect(asked).toBeGreaterThanOrEqual(count);
    expect(payload.hashedBytes - hashedBefore).toBe(0);
    expect(pages.reads - readsBefore).toBeLessThan(count);
    file.close();
  });
});

test("a user's executables are learnt: from the second on nothing of the entry is hashed", () => {
  const host = new Host();
  const journald = new Journald(host);
  const privileged = ["_UID=1000", "_CAP_EFFECTIVE=1ffffffffff", "_TRANSPORT=syslog", "_COMM=sudo"];
  for (let i = 0; i < 100; i++) {
    const program = `_EXE=/home/eve/${i % 4}`;
    journald.log(["SYSLOG_IDENTIFIER=sudo", `MESSAGE=${i}`, "_PID=9", program, ...privileged]);
  }
  const { cursor, payload, file } = cursorOn(journald.path);
  cursor.update();
  // Each is in two lists.
  for (let passed = 0; passed < 8; passed++) cursor.look(() => false);
  const hashedBefore = payload.hashedBytes;
  expect(hashedBefore).toBeGreaterThan(0);
  expect(cursor.look(() => true)).toBe(true);
  expect(payload.hashedBytes).toBe(hashedBefore);
  file.close();
});

test("large ones cost no more than small ones, and their number of fields has an end", () => {
  const host = new Host();
  const journald = new Journald(host);
  for (let i = 0; i < 5; i++) {
    journald.log([...USER, "SYSLOG_IDENTIFIER=sshd", `MESSAGE=${i}`, ...own(i, 100, 700)]);
  }
  journald.log([...USER, "_UID=0", "SYSLOG_IDENTIFIER=sshd", "MESSAGE=0", ...own(0, 300, 700)]);
  const { cursor, pages, payload, file } = cursorOn(journald.path);
  cursor.update();
  const hashedBefore = payload.hashedBytes;
  const readsBefore = pages.reads;
  expect(cursor.look(() => true)).toBe(true);
  expect(cursor.pending).toBeUndefined();
  expect(payload.hashedBytes - hashedBefore).toBe(0);
  expect(pages.reads - readsBefore).toBeLessThan(6 * 4);
  file.close();
});

test("a true entry amid thousands is found, after as many chances for other work", async () => {
  const host = new Host();
  const journald = new Journald(host);
  for (let i = 0; i < COUNT; i++) {
    if (i === COUNT / 2)
      journald.log(["SYSLOG_IDENTIFIER=sshd", "_UID=0", "_PID=7", "MESSAGE=true"]);
    journald.log([...USER, "SYSLOG_IDENTIFIER=sshd", `MESSAGE=${i}`]);
  }
  const reader = host.reader();
  const messages: string[] = [];
  let turns = 0;
  // Ten entries a turn.
  for (let isDone = false; !isDone; turns++) {
    let steps = 0;
    isDone = reader.poll(
      ({ message }) => messages.push(message),
      () => ++steps < 10,
    );
    if (!isDone) expect(reader.oldestUnreadMs).toBeGreaterThan(0);
  }
  expect(messages).toEqual(["true"]);
  expect(turns).toBeGreaterThan(COUNT / 11);
  expect(reader.oldestUnreadMs).toBeUndefined();
}, 60_000);

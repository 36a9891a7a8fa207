/** The reader goes on after a restart without losing or repeating a record. */
import { afterAll, describe, expect, spyOn, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { JournalFile } from "../../../../src/sources/logs/journal/file.ts";
import { ENTRY_OBJECT, HEADER } from "../../../../src/sources/logs/journal/objects.ts";
import type { JournalPosition } from "../../../../src/sources/logs/journal/position.ts";
import { Host, removeScratch } from "./fixtures.ts";
import { Journald, START_US, messagesOf, other, saved, sshd } from "./journald.ts";

afterAll(removeScratch);

/** Entry 1 was read, 2 is in a file that was rotated and is not to be found for now, 3 in the next one. */
async function rotatedAside() {
  const host = new Host();
  const journald = new Journald(host);
  const first = host.reader();
  journald.log(sshd(1));
  await messagesOf(first);
  const read = saved(first.position());
  const fileId = Object.keys(read.files!)[0]!;
  first.close();
  journald.log(sshd(2));
  const rotated = journald.rotate();
  journald.log(sshd(3));
  const aside = `${rotated}.aside`;
  renameSync(rotated, aside);
  const position = { ...read, unread: { [fileId]: 500 } };
  return { host, journald, position, fileId, rotated, aside };
}

describe("restart", () => {
  test("goes on where it was, with files rotated and vacuumed meanwhile", async () => {
    const host = new Host();
    const journald = new Journald(host);
    const first = host.reader();
    for (let i = 0; i < 10; i++) journald.log(sshd(i));
    const oldest = journald.rotate();
    for (let i = 10; i < 20; i++) journald.log(sshd(i));
    expect((await messagesOf(first)).length).toBe(20);
    const position = saved(first.position());
    first.close();

    journald.log(sshd(20));
    rmSync(oldest);
    journald.rotate();
    journald.log(sshd(21));
    journald.rotate();
    journald.log(sshd(22));
    const second = host.reader({ position });
    expect(await messagesOf(second)).toEqual(["20", "21", "22"]);
    const after = saved(second.position());
    second.close();
    expect(await messagesOf(host.reader({ position: after }))).toEqual([]);
  });

  test.each([
    ["is renamed while the folder is listed is read, and not lost", true, 0],
    ["was deleted unread is lost", false, 500],
  ])("a file that %s", async (_, isBack, lostBytes) => {
    const { host, position, fileId, rotated, aside } = await rotatedAside();
    const second = host.reader({ position });
    expect(await messagesOf(second)).toEqual(["3"]);
    expect(second.lostBytes).toBe(0);
    expect(saved(second.position()).unread).toEqual({ [fileId]: 500 });
    if (isBack) renameSync(aside, rotated);
    expect(await messagesOf(second)).toEqual(isBack ? ["2"] : []);
    expect(second.lostBytes).toBe(lostBytes);
  });

  test("a file that is renamed is waited for as long as another one is not there yet", async () => {
    const { host, journald, position, rotated, aside } = await rotatedAside();
    symlinkSync("nowhere", join(host.folder(), "system@renamed.journal"));
    let ageMs = 0;
    const now = () => Date.now() + ageMs;
    const second = host.reader({ position, now });
    expect(await messagesOf(second)).toEqual(["3"]);
    expect(await messagesOf(second)).toEqual([]);
    renameSync(aside, rotated);
    expect(await messagesOf(second)).toEqual(["2"]);
    expect(second.lostBytes).toBe(0);
    // What never can be opened is not waited for.
    journald.log(sshd(4));
    ageMs = 6000;
    expect(await messagesOf(second)).toEqual(["4"]);
    expect(await messagesOf(second)).toEqual([]);
    const { seqnums } = saved(second.position());
    expect(Object.values(seqnums!)).toEqual([4]);
    using opened = spyOn(JournalFile, "open");
    expect(await messagesOf(second)).toEqual([]);
    expect(opened).not.toHaveBeenCalled();
    second.close();
  });

  test("a file that was deleted before a reading that ended early came to it is lost", async () => {
    const host = new Host();
    const journald = new Journald(host);
    const first = host.reader();
    journald.log(sshd(1));
    await messagesOf(first);
    const before = saved(first.position());
    first.close();
    journald.log(sshd(2));
    const rotated = journald.rotate();
    for (let i = 3; i < 9; i++) {
      journald.log(["SYSLOG_IDENTIFIER=sshd", "_UID=1000", "_PID=7", `MESSAGE=forged ${i}`]);
    }
    // Files that are written to come first, and what somebody forged ends the turn.
    const taken: string[] = [];
    const early = host.reader({ position: before });
    early.poll(
      ({ message }) => taken.push(message),
      () => false,
    );
    expect(taken).toEqual([]);
    const position = saved(early.position());
    early.close();
    expect(await messagesOf(host.reader({ position }))).toEqual(["2"]);
    rmSync(rotated);
    const second = host.reader({ position });
    for (let polls = 0; polls < 2; polls++) expect(await messagesOf(second)).toEqual([]);
    expect(second.lostBytes).toBeGreaterThan(0);
  });

  test.each(["tailObjectOffset", "tailEntrySeqnum", "tailEntryRealtime"] as const)(
    "saves no number that makes no sense when %s is damaged, and reads what comes later",
    async (field) => {
      const host = new Host();
      const journald = new Journald(host);
      journald.log(sshd(1));
      const first = host.reader();
      expect(await messagesOf(first)).toEqual(["1"]);
      journald.log(sshd(2));
      journald.log(sshd(3));
      journald.writer.set(HEADER[field], 2 ** 60);
      for (let i = 0; i < 2; i++) {
        first.poll(
          () => {},
          () => false,
        );
      }
      const position = saved(first.position());
      first.close();
      const { unread, seqnums, timeUs } = position;
      const numbers = [...Object.values({ ...unread, ...seqnums }), timeUs!];
      expect(numbers.every(Number.isSafeInteger)).toBeTrue();
      journald.rotate();
      journald.log(sshd(4));
      const second = host.reader({ position });
      expect(await messagesOf(second)).toContain("4");
    },
  );

  test.each(["seqnum", "realtime", "monotonic"] as const)(
    "passes over an entry whose %s is damaged",
    async (field) => {
      const host = new Host();
      const journald = new Journald(host);
      journald.log(sshd(1));
      const offset = journald.writer.append(sshd(2), journald.timeUs + 1);
      journald.writer.set(offset + ENTRY_OBJECT[field], 2 ** 60);
      journald.log(sshd(3));
      const reader = host.reader();
      expect(await messagesOf(reader)).toEqual(["1", "3"]);
    },
  );

  test("at any record of a reading neither loses nor repeats one", async () => {
    const host = new Host();
    const journald = new Journald(host);
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 5; j++) journald.log(j % 2 ? sshd(i * 5 + j) : other("noise"));
      if (i % 2) journald.rotate();
    }
    const all = await messagesOf(host.reader());
    expect(all.length).toBe(12);
    for (let stop = 0; stop <= all.length; stop++) {
      const seen: string[] = [];
      const first = host.reader();
      let position: JournalPosition | undefined;
      if (stop === 0) {
        first.poll(() => {
          position ??= undefined;
        });
      }
      first.poll(({ message }) => {
        if (seen.length === stop) return;
        seen.push(message);
        position = saved(first.position());
      });
      first.close();
      if (stop === 0) position = undefined;
      seen.push(...(await messagesOf(host.reader({ position }))));
      expect(seen).toEqual(all);
    }
  });

  test("entries older than the first reading stay unread", async () => {
    const host = new Host();
    const journald = new Journald(host);
    for (let i = 1; i <= 10; i++) journald.log(sshd(i));
    journald.rotate();
    for (let i = 11; i <= 20; i++) journald.log(sshd(i));
    const first = host.reader({ sinceMs: START_US / 1000 + 100_000 });
    expect(await messagesOf(first)).toEqual([]);
    const position = saved(first.position());
    first.close();
    journald.log(sshd(21));
    expect(await messagesOf(host.reader({ position }))).toEqual(["21"]);
  });

  test("a position is short: what is done for good is not in it", async () => {
    const host = new Host();
    const journald = new Journald(host);
    for (let i = 0; i < 20; i++) {
      journald.log(sshd(i));
      journald.rotate();
    }
    const reader = host.reader();
    for (let i = 0; i < 3; i++) reader.poll(() => {});
    expect(Object.keys(reader.position().files as object).length).toBe(1);
  });

  test("an old file that is put back is not read again", async () => {
    const host = new Host();
    const journald = new Journald(host);
    journald.log(sshd(1));
    const archive = journald.rotate();
    const aside = `${archive}.aside`;
    journald.log(sshd(2));
    const first = host.reader();
    for (let i = 0; i < 3; i++) first.poll(() => {});
    renameSync(archive, aside);
    first.poll(() => {});
    const position = saved(first.position());
    renameSync(aside, archive);
    journald.log(sshd(3));
    expect(await messagesOf(first)).toEqual(["3"]);
    first.close();
    expect(await messagesOf(host.reader({ position }))).toEqual(["3"]);
  });

  test("a position survives a reader that could read nothing", async () => {
    const host = new Host();
    const journald = new Journald(host);
    journald.log(sshd(1));
    const first = host.reader();
    first.poll(() => {});
    const position = saved(first.position());
    const hidden = join(host.path, "hidden");
    renameSync(host.folder(), hidden);
    const second = host.reader({ position });
    expect(() => second.poll(() => {})).toThrow("ENOENT");
    const kept = saved(second.position());
    renameSync(hidden, host.folder());
    journald.log(sshd(2));
    expect(await messagesOf(second)).toEqual(["2"]);
    expect(await messagesOf(host.reader({ position: kept }))).toEqual(["2"]);
  });
});

describe("what moves from /run to /var is handed over once", () => {
  const RUN = "/run/log/journal";

  test.each([false, true])("restarted before: %p", async (isRestarted) => {
    const host = new Host(RUN);
    const early = new Journald(host, "system", {}, RUN);
    for (let i = 0; i < 5; i++) early.log(sshd(i));
    let reader = host.reader();
    expect((await messagesOf(reader)).length).toBe(5);

    mkdirSync(host.folder(), { recursive: true });
    const late = new Journald(host, "system", { seqnumId: "f".repeat(32) });
    for (let i = 0; i < 5; i++) late.log(sshd(i));
    rmSync(early.path);
    late.log(sshd(5));
    if (isRestarted) {
      const position = saved(reader.position());
      reader.close();
      reader = host.reader({ position });
    }
    expect(await messagesOf(reader)).toEqual(["5"]);
  });
});

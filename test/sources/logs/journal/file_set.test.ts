/** Which files are read, and what is said of those that can't be. */
import { afterAll, describe, expect, spyOn, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JournalFile } from "../../../../src/sources/logs/journal/file.ts";
import type { JournalFiles } from "../../../../src/sources/logs/journal/file_set.ts";
import { Host, MACHINE, removeScratch } from "./fixtures.ts";
import { Journald, START_US, messagesOf, newFileId, sshd } from "./journald.ts";
import { JournalWriter } from "./writer.ts";

afterAll(removeScratch);

describe("which files", () => {
  test("only those of this machine, with its namespaces", async () => {
    const host = new Host();
    new Journald(host).log(sshd("own"));
    for (const machine of ["f".repeat(32), `${MACHINE}.space`, "remote"]) {
      const folder = host.folder(undefined, machine);
      mkdirSync(folder);
      const fileId = newFileId();
      new JournalWriter(join(folder, "system.journal"), { fileId, seqnumId: fileId }).append(
        sshd(machine),
        START_US * 2,
      );
    }
    expect(await messagesOf(host.reader())).toEqual(["own", `${MACHINE}.space`]);
    rmSync(join(host.path, "etc/machine-id"));
    expect((await messagesOf(host.reader())).toSorted()).toEqual(
      ["own", `${MACHINE}.space`, "f".repeat(32)].toSorted(),
    );
  });

  test("no journal at all is an error", () => {
    const host = new Host();
    expect(() => host.reader().poll(() => {})).toThrow("ENOENT");
    const other = new Host("/var/log/journal", "e".repeat(32)).reader();
    expect(() => other.poll(() => {})).toThrow("ENOENT");
  });

  test.each(["user-1", "system"])("a bad sector at the start of %s.journal", async (name) => {
    const host = new Host();
    new Journald(host).log(sshd("own"));
    const damaged = join(host.folder(), `${name}.journal`);
    if (name !== "system") new Journald(host, name).log(sshd("user"));
    const { open } = JournalFile;
    using _ = spyOn(JournalFile, "open").mockImplementation((path, pages) => {
      if (path === damaged) throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
      return open.call(JournalFile, path, pages);
    });
    const reader = host.reader();
    if (name === "system") return expect(() => reader.poll(() => {})).toThrow("EIO");
    expect(await messagesOf(reader)).toEqual(["own"]);
    expect(host.reports).toEqual([`${damaged}: EIO: i/o error`]);
  });

  test("files that are none are reported once and cost nothing else", async () => {
    const host = new Host();
    const journald = new Journald(host);
    writeFileSync(join(host.folder(), "user-1.journal"), "not a journal");
    writeFileSync(join(host.folder(), "user-2.journal"), "");
    mkdirSync(join(host.folder(), "user-3.journal"));
    copyFileSync(journald.path, join(host.folder(), "user-4.journal"));
    const fifo = Bun.spawnSync(["mkfifo", join(host.folder(), "user-5.journal")]);
    expect(fifo.exitCode).toBe(0);
    const unknown = new JournalWriter(join(host.folder(), "user-6.journal"), {
      fileId: "9".repeat(32),
    });
    unknown.put(12, Buffer.of(0x24));
    journald.log(sshd(1));
    // A file that is being made may look so for a moment, so nothing is said of it at first.
    let ageMs = 0;
    const reader = host.reader({ now: () => Date.now() + ageMs });
    expect(await messagesOf(reader)).toEqual(["1"]);
    expect(host.reports).toEqual([]);
    ageMs = 60_000;
    journald.log(sshd(2));
    expect(await messagesOf(reader)).toEqual(["2"]);
    expect(await messagesOf(reader)).toEqual([]);
    expect(host.reports.map((report) => report.replace(/^.*\//, "")).toSorted()).toEqual([
      "user-1.journal: not a journal file",
      "user-2.journal: not a journal file",
      "user-3.journal: is a directory, want a regular file",
      "user-5.journal: is a FIFO, want a regular file",
      "user-6.journal: unknown incompatible flags 0x24",
    ]);
  });

  test("a system journal that can't be understood is an error, not a day without logins", async () => {
    const host = new Host();
    const journald = new Journald(host);
    journald.log(sshd(1));
    journald.writer.put(12, Buffer.of(0x3c));
    const reader = host.reader({ now: () => Date.now() + 60_000 });
    await expect(messagesOf(reader)).rejects.toThrow("unknown incompatible flags 0x3c");
    journald.writer.put(12, Buffer.of(0x1c));
    expect(await messagesOf(reader)).toEqual(["1"]);
  });

  test("a journal that ends before the boot is none", async () => {
    const host = new Host();
    const journald = new Journald(host);
    journald.log(sshd(1));
    const reader = host.reader({ bootMs: START_US / 1000 + 2000 });
    await expect(messagesOf(reader)).rejects.toMatchObject({ code: "ENOENT" });
    journald.log(sshd(2));
    expect(await messagesOf(reader)).toEqual(["1", "2"]);
    // What is written to stays in use, whatever the clock says from now on.
    rmSync(journald.rotate());
    expect(await messagesOf(reader)).toEqual([]);
    journald.timeUs = START_US;
    journald.log(sshd(3));
    expect(await messagesOf(reader)).toEqual(["3"]);
  });

  test("a journal that has no entry yet is not left over", async () => {
    const host = new Host();
    const journald = new Journald(host);
    const reader = host.reader({ bootMs: START_US / 1000 + 2000 });
    expect(await messagesOf(reader)).toEqual([]);
    journald.timeUs += 2_000_000;
    journald.log(sshd(1));
    expect(await messagesOf(reader)).toEqual(["1"]);
  });

  test("a file that is archived between the listing and the reading gives its name to the next", async () => {
    const host = new Host();
    const journald = new Journald(host);
    journald.log(sshd(1));
    const reader = host.reader();
    const { files } = reader as unknown as { files: JournalFiles };
    const update = files.update.bind(files);
    expect(await messagesOf(reader)).toEqual(["1"]);
    files.update = () => {
      update();
      files.update = update;
      journald.rotate();
      journald.log(sshd(2));
    };
    const seen: string[] = [];
    for (let i = 3; i < 6; i++) {
      seen.push(...(await messagesOf(reader)));
      journald.log(sshd(i));
      await Bun.sleep(5);
    }
    seen.push(...(await messagesOf(reader)));
    expect(seen).toEqual(["2", "3", "4", "5"]);
  });

  test.skipIf(process.getuid!() === 0)(
    "a system journal that may not be read is an error",
    async () => {
      const host = new Host();
      const journald = new Journald(host);
      journald.log(sshd(1));
      chmodSync(journald.path, 0);
      const reader = host.reader();
      expect(() => reader.poll(() => {})).toThrow("EACCES");
      chmodSync(journald.path, 0o600);
      expect(await messagesOf(reader)).toEqual(["1"]);
    },
  );
});

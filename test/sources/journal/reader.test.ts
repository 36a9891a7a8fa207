/** How the reader follows files that grow, rotate, vanish and come back, step by step. */
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LogPosition } from "../../../src/sources/log_record.ts";
import { Host, MACHINE, pollAll, removeScratch } from "./fixtures.ts";
import { JournalWriter, type Counter, type WriterOptions } from "./writer.ts";

afterAll(removeScratch);

const START_US = 1_700_000_000_000_000;

/** An entry that sshd wrote, with its number as its message. */
function sshd(message: number | string, pid = 1): string[] {
  const texts = ["SYSLOG_IDENTIFIER=sshd", "_COMM=sshd", "_UID=0", `_PID=${pid}`];
  return [...texts, `MESSAGE=${message}`, "_TRANSPORT=syslog", "_HOSTNAME=host"];
}

function other(message: number | string): string[] {
  return ["SYSLOG_IDENTIFIER=cron", "_COMM=cron", "_UID=0", "_PID=2", `MESSAGE=${message}`];
}

const messagesOf = async (reader: ReturnType<Host["reader"]>) =>
  (await pollAll(reader)).map(({ message }) => message);

const saved = (position: LogPosition) => JSON.parse(JSON.stringify(position)) as LogPosition;

let fileNumber = 0;

/** A journald that writes one record a second. */
class Journald {
  readonly counter: Counter = { seqnum: 0 };
  timeUs = START_US;
  writer: JournalWriter;

  constructor(
    readonly host: Host,
    readonly name = "system",
    readonly options: Partial<WriterOptions> = {},
    readonly base?: string,
  ) {
    this.writer = this.open();
  }

  get path(): string {
    return join(this.host.folder(this.base), `${this.name}.journal`);
  }

  log(fields: string[], beforeStep?: () => void): void {
    this.writer.append(fields, (this.timeUs += 1_000_000), beforeStep);
  }

  rotate(archive = `${this.name}@${String(++fileNumber)}.journal`): string {
    const path = join(this.host.folder(this.base), archive);
    renameSync(this.path, path);
    this.writer.setState(2);
    this.writer.close();
    this.writer = this.open();
    return path;
  }

  private open(): JournalWriter {
    const fileId = String(++fileNumber).padStart(32, "0");
    return new JournalWriter(this.path, { fileId, ...this.options }, this.counter);
  }
}

describe.each([
  { compact: true, keyed: true },
  { compact: false, keyed: false },
])("%p", (layout) => {
  test("each record is handed over once, wherever a reading falls between two steps of writing", async () => {
    const host = new Host();
    const journald = new Journald(host, "system", layout);
    const reader = host.reader();
    // Readings can't wait in the midst of a step, but all of their work is done before they wait.
    const seen: string[] = [];
    let steps = 0;
    const poll = () => {
      steps++;
      void reader.poll(({ message }) => seen.push(message));
    };
    for (let i = 0; i < 40; i++) journald.log(i % 3 === 0 ? other(i) : sshd(i, i), poll);
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

test("an unchanged journal costs no read but that of the header", async () => {
  const host = new Host();
  const journald = new Journald(host);
  for (let i = 0; i < 100; i++) journald.log(sshd(i));
  const reader = host.reader();
  expect((await messagesOf(reader)).length).toBe(100);
  await reader.poll(() => {});
  const { pages } = reader as unknown as { pages: { reads: number } };
  const readsBefore = pages.reads;
  await reader.poll(() => {});
  expect(pages.reads).toBe(readsBefore);
});

test("a single new record costs a few reads, however long the journal is", async () => {
  const host = new Host();
  const journald = new Journald(host);
  for (let i = 0; i < 2000; i++) journald.log(sshd(i));
  const reader = host.reader();
  await reader.poll(() => {});
  await reader.poll(() => {});
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
  await reader.poll(() => {});
  journald.log(sshd(1));
  rmSync(journald.rotate());
  journald.log(sshd(2));
  expect(await messagesOf(reader)).toEqual(["1", "2"]);
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
      let position: LogPosition | undefined;
      if (stop === 0) {
        await first.poll(() => {
          position ??= undefined;
        });
      }
      await first.poll(({ message }) => {
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
    for (let i = 0; i < 3; i++) await reader.poll(() => {});
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
    for (let i = 0; i < 3; i++) await first.poll(() => {});
    renameSync(archive, aside);
    await first.poll(() => {});
    const position = saved(first.position());
    renameSync(aside, archive);
    journald.log(sshd(3));
    expect(await messagesOf(first)).toEqual(["3"]);
    first.close();
    expect(await messagesOf(host.reader({ position }))).toEqual(["3"]);
  });

  test.each([
    [{}],
    [{ files: 7, seqnums: [], timeUs: "x", volatile: { a: 1 } }],
    [{ files: { x: { "_COMM=sshd": null } }, seqnums: { y: {} }, volatile: [] }],
  ])("a position that makes no sense is ignored: %p", async (position) => {
    const host = new Host();
    new Journald(host).log(sshd(1));
    expect(await messagesOf(host.reader({ position }))).toEqual(["1"]);
  });

  test("a position survives a reader that could read nothing", async () => {
    const host = new Host();
    const journald = new Journald(host);
    journald.log(sshd(1));
    const first = host.reader();
    await first.poll(() => {});
    const position = saved(first.position());
    const hidden = join(host.path, "hidden");
    renameSync(host.folder(), hidden);
    const second = host.reader({ position });
    expect(second.poll(() => {})).rejects.toThrow("ENOENT");
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

describe("which files", () => {
  test("only those of this machine, with its namespaces", async () => {
    const host = new Host();
    new Journald(host).log(sshd("own"));
    for (const machine of ["f".repeat(32), `${MACHINE}.space`, "remote"]) {
      const folder = host.folder(undefined, machine);
      mkdirSync(folder);
      const fileId = String(++fileNumber).padStart(32, "0");
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
    expect(host.reader().poll(() => {})).rejects.toThrow("ENOENT");
    expect(new Host("/var/log/journal", "e".repeat(32)).reader().poll(() => {})).rejects.toThrow(
      "ENOENT",
    );
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
    const reader = host.reader();
    expect(await messagesOf(reader)).toEqual(["1"]);
    journald.log(sshd(2));
    expect(await messagesOf(reader)).toEqual(["2"]);
    expect(host.reports.map((report) => report.replace(/^.*\//, "")).toSorted()).toEqual([
      "user-1.journal: not a journal file",
      "user-2.journal: not a journal file",
      "user-3.journal: not a regular file",
      "user-5.journal: not a regular file",
      "user-6.journal: unknown incompatible flags 0x24",
    ]);
  });

  test.skipIf(process.getuid!() === 0)(
    "a system journal that may not be read is an error",
    async () => {
      const host = new Host();
      const journald = new Journald(host);
      journald.log(sshd(1));
      chmodSync(journald.path, 0);
      const reader = host.reader();
      expect(reader.poll(() => {})).rejects.toThrow("EACCES");
      chmodSync(journald.path, 0o600);
      expect(await messagesOf(reader)).toEqual(["1"]);
    },
  );
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
    const other = Buffer.alloc(4);
    other.writeUInt32LE(writer.offsetOf("MESSAGE=mine"));
    writer.put(at, other);
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

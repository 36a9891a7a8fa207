import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  JournalFormatError,
  LeftOverJournalError,
} from "../../../../src/sources/logs/journal/header.ts";
import { probeJournal } from "../../../../src/sources/logs/journal/probe.ts";
import { MACHINE_STAT } from "../../../helpers/proc_files.ts";
import { Host, removeScratch } from "./fixtures.ts";
import { Journald, sshd } from "./journald.ts";

afterAll(removeScratch);

/** A host that booted at 1,700,000,000 s. */
function booted(base?: string): Host {
  const host = base === undefined ? new Host() : new Host(base);
  mkdirSync(join(host.path, "proc"));
  writeFileSync(join(host.path, "proc/stat"), MACHINE_STAT);
  return host;
}

function log(host: Host, timeUs: number, name = "system", base?: string): string {
  const journald = new Journald(host, name, {}, base);
  journald.timeUs = timeUs;
  journald.log(sshd("x"));
  journald.writer.close();
  return journald.path;
}

const BOOT_US = 1_700_000_000_000_000;

describe("a journal", () => {
  test("is the file that journald writes to since the boot", () => {
    const host = booted();
    const path = log(host, BOOT_US);
    expect(probeJournal(host.root)).toBe(path);
  });

  test("can be below /run, and new without an entry", () => {
    const host = booted("/run/log/journal");
    const journald = new Journald(host, "system", {}, "/run/log/journal");
    journald.writer.close();
    expect(probeJournal(host.root)).toBe(journald.path);
  });

  test("of another boot is left over", () => {
    const host = booted();
    log(host, BOOT_US - 2_000_000);
    expect(() => probeJournal(host.root)).toThrow(LeftOverJournalError);
  });

  test("of a user alone is none", () => {
    const host = booted();
    log(host, BOOT_US, "user-1000");
    expect(() => probeJournal(host.root)).toThrow(LeftOverJournalError);
  });

  test("that can't be understood is named", () => {
    const host = booted();
    const path = host.add("system.journal", Buffer.alloc(300, "x"));
    expect(() => probeJournal(host.root)).toThrow(JournalFormatError);
    expect(() => probeJournal(host.root)).toThrow(`${path}: not a journal file`);
  });
});

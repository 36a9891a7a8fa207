/**
 * Journal files with several places changed at once, among them offsets that point anywhere: no crash,
 * no error that is not told as one, and never a record that the whole file did not have.
 */
import { afterAll, test } from "bun:test";
import { closeSync, openSync, writeSync } from "node:fs";
import { fuzz, FUZZ_TIMEOUT_MS } from "../helpers/fuzz.ts";
import { changedPlaces } from "../helpers/mutate.ts";
import {
  CAPTURES,
  Host,
  journalBytes,
  pollAll,
  removeScratch,
} from "../sources/logs/journal/fixtures.ts";

afterAll(removeScratch);

interface Captured {
  name: string;
  host: Host;
  fd: number;
  bytes: Buffer;
  /** What is not amid zeros: most of a file is reserved and empty. */
  used: number[];
  records: Set<string>;
}

async function records(host: Host): Promise<string[]> {
  const reader = host.reader();
  try {
    return (await pollAll(reader)).map(({ identifier, message }) => `${identifier}: ${message}`);
  } catch (error) {
    // The system's own errors mean that the reader did what a damaged file must not make it do.
    if ((error as { code?: string }).code !== undefined) throw error;
    return [];
  } finally {
    reader.close();
  }
}

async function capture(name: string): Promise<Captured> {
  const bytes = journalBytes(name, "system");
  const host = new Host();
  const fd = openSync(host.add("system.journal", bytes), "r+");
  const used: number[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8)
    if (at < 272 || bytes.readBigUInt64LE(at) !== 0n) used.push(at);
  const whole = new Set(await records(host));
  if (whole.size === 0) throw new Error(`${name} holds no record`);
  return { name, host, fd, bytes, used, records: whole };
}

test(
  "journal files",
  async () => {
    const captures = await Promise.all(CAPTURES.map(capture));
    await fuzz("journal files", async (random) => {
      const { name, host, fd, bytes, used, records: whole } = random.pick(captures);
      const places = changedPlaces(random, bytes, used);
      for (const { at, changed } of places) writeSync(fd, changed, 0, changed.length, at);
      try {
        for (const record of await records(host))
          if (!whole.has(record)) throw new Error(`${name} gives ${record}`);
      } finally {
        for (const { at, changed } of places) writeSync(fd, bytes, at, changed.length, at);
      }
    });
    for (const { fd } of captures) closeSync(fd);
  },
  FUZZ_TIMEOUT_MS,
);

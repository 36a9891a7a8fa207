/**
 * Files cut off and files with changed bytes: no crash, no hang, and never a record that the whole
 * file did not have. FUZZ_SECONDS makes it longer, FUZZ_SEED repeats a run.
 */
import { afterAll, expect, test } from "bun:test";
import { closeSync, ftruncateSync, openSync, statSync, writeSync } from "node:fs";
import type { LogRecord } from "../../../../src/sources/logs/record.ts";
import { CAPTURES, Host, journalBytes, pollAll, removeScratch } from "./fixtures.ts";

afterAll(removeScratch);

/** Without FUZZ_SECONDS so many bytes are flipped, for as long as that takes a slow machine. */
const FLIPS = process.env.FUZZ_SECONDS === undefined ? 10_000 : Number.POSITIVE_INFINITY;
const LEAST_FLIPS = 100;
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 60);
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** mulberry32 */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/**
 * What identifies a record. The time is not in it: an entry's head has no hash over it, so nothing
 * tells a changed time from a true one.
 */
const keyOf = ({ identifier, pid, message }: LogRecord) => `${identifier}[${pid}]: ${message}`;

/** How often each record occurs. */
function countsOf(records: LogRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const record of records) counts.set(keyOf(record), (counts.get(keyOf(record)) ?? 0) + 1);
  return counts;
}

async function readAll(host: Host): Promise<LogRecord[]> {
  return (await readCounted(host)).records;
}

/** The records, and what it cost to find them. */
async function readCounted(host: Host): Promise<{ records: LogRecord[]; reads: number }> {
  const reader = host.reader();
  const records = await pollAll(reader).catch((error: Error & { code?: string }) => {
    if (error.code !== undefined) throw error;
    return [];
  });
  const { reads } = (reader as unknown as { pages: { reads: number } }).pages;
  reader.close();
  return { records, reads };
}

function expectNoMore(counts: Map<string, number>, whole: Map<string, number>, what: string): void {
  for (const [key, count] of counts) {
    if (count > (whole.get(key) ?? 0)) throw new Error(`${what}: ${count} times ${key}`);
  }
}

/** The tail of what is used; behind it there is only reserved space. */
function usedBytes(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end;
}

test.each(["bullseye", "bookworm", "trixie-xz"])(
  "%s cut off at every 4 KiB",
  async (capture) => {
    const bytes = journalBytes(capture, "system");
    const host = new Host();
    const path = host.add("system.journal", bytes);
    const whole = countsOf(await readAll(host));
    expect(whole.size).toBeGreaterThan(10);
    const fd = openSync(path, "r+");
    let lengthBefore = whole.size;
    const seen = new Set<number>();
    // Behind the used part nothing is lost, so one length there stands for all.
    const last = Math.ceil(usedBytes(bytes) / 4096) * 4096;
    for (let size = last; size >= 0; size -= 4096) {
      ftruncateSync(fd, size);
      const counts = countsOf(await readAll(host));
      expectNoMore(counts, whole, `at ${size}`);
      expect(counts.size).toBeLessThanOrEqual(lengthBefore);
      lengthBefore = counts.size;
      seen.add(counts.size);
    }
    closeSync(fd);
    expect(lengthBefore).toBe(0);
    // What lies before the cut is still read.
    expect(seen.size).toBeGreaterThan(2);
  },
  60_000,
);

test(
  `single bytes changed, seed ${SEED}`,
  async () => {
    const random = randomFrom(SEED);
    const deadline = performance.now() + SECONDS * 1000;
    let count = 0;
    let same = 0;
    let lost = 0;
    let mostReads = 0;
    // Fewer would prove nothing, however slow the machine is.
    const goesOn = () => count <= LEAST_FLIPS || performance.now() < deadline;
    const perCapture = Math.ceil(10_000 / CAPTURES.length);
    for (let round = 0; count < FLIPS && goesOn(); round++) {
      const capture = CAPTURES[round % CAPTURES.length]!;
      const file = ["system", "user-1000", "system-archived"][
        Math.floor(round / CAPTURES.length) % 3
      ]!;
      const bytes = journalBytes(capture, file);
      const host = new Host();
      const path = host.add("system.journal", bytes);
      const undamaged = await readCounted(host);
      const whole = countsOf(undamaged.records);
      // Nearly all of the hash table is zeros: changes there would only be waiting for a hit.
      const places = placesOf(bytes);
      const fd = openSync(path, "r+");
      for (let i = 0; i < perCapture && goesOn(); i++) {
        const place = places[random(places.length)]!;
        const value = bytes[place]! ^ (1 + random(255));
        writeSync(fd, Buffer.of(value), 0, 1, place);
        const { records, reads } = await readCounted(host);
        const counts = countsOf(records);
        mostReads = Math.max(mostReads, reads / undamaged.reads);
        expectNoMore(counts, whole, `seed ${SEED}: ${capture} ${file} byte ${place} = ${value}`);
        const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
        const wanted = [...whole.values()].reduce((sum, n) => sum + n, 0);
        if (total === wanted) same++;
        lost += wanted - total;
        count++;
        writeSync(fd, bytes, place, 1, place);
      }
      expect(countsOf(await readAll(host))).toEqual(whole);
      closeSync(fd);
      expect(statSync(path).size).toBe(bytes.length);
    }
    console.log(
      `seed ${SEED}: ${count} bytes changed, ${same} without effect, ${(lost / count).toFixed(2)} records ` +
        `lost by one on average, the dearest reading ${mostReads.toFixed(1)} times the undamaged file's`,
    );
    expect(count).toBeGreaterThan(LEAST_FLIPS);
    expect(same).toBeGreaterThan(0);
    expect(lost).toBeGreaterThan(0);
    expect(mostReads).toBeLessThan(100);
  },
  (SECONDS + 30) * 1000,
);

/** Every byte that is not amid zeros. */
function placesOf(bytes: Buffer): number[] {
  const places: number[] = [];
  for (let at = 0; at < bytes.length; at += 8) {
    const isUsed = at < 272 || bytes.readBigUInt64LE(at) !== 0n;
    if (isUsed) for (let i = 0; i < 8; i++) places.push(at + i);
  }
  return places;
}

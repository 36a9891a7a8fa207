import { describe, expect, test } from "bun:test";
import { CountedLog, resumeLog, succeeding } from "../../../src/model/auth/counted_log.ts";
import { Tally } from "../../../src/model/auth/tally.ts";
import type { LogPosition } from "../../../src/sources/logs/position.ts";
import type { LogReader, LogRecord } from "../../../src/sources/logs/record.ts";
import { lines, readSamples, SAMPLE_MS } from "./samples.ts";

/** A log in memory; the time in its position is the number of records that were read. */
class MemoryLog implements LogReader {
  closed = false;
  readonly lostBytes = 0;
  fault: Error | undefined;
  private readonly records: LogRecord[];
  private next: number;

  constructor(records: LogRecord[], position?: LogPosition) {
    this.records = records;
    this.next = position?.kind === "text" ? position.sinceMs! : 0;
  }

  poll(take: (record: LogRecord) => void, mayGoOn = () => true): boolean {
    if (this.fault !== undefined) throw this.fault;
    while (this.next < this.records.length) {
      take(this.records[this.next++]!);
      if (!mayGoOn()) return false;
    }
    return true;
  }

  get oldestUnreadMs(): number | undefined {
    return this.records[this.next]?.timeMs;
  }

  position(): LogPosition {
    return { kind: "text", files: [], sinceMs: this.next };
  }

  close(): void {
    this.closed = true;
  }
}

const WRONG = "Failed password for alice from 192.0.2.1 port 4000 ssh2";
const NOW_MS = SAMPLE_MS + 60_000;

/** A log that is read for the first time, at NOW_MS. */
function first(reader: LogReader) {
  const tally = new Tally();
  const log = new CountedLog(reader, tally, succeeding([], NOW_MS, NOW_MS).state);
  return { log, tally };
}

test("what is there at the start fills the window and counts nothing", async () => {
  const log = lines("sshd", 7, [WRONG, "Accepted password for root from 192.0.2.1 port 4000 ssh2"]);
  const { log: counted, tally } = first(new MemoryLog(log));
  counted.read(NOW_MS);
  expect(tally.window.failures(NOW_MS)).toBe(1);
  expect(tally.failures.bad_credentials).toBe(0);
  expect(tally.rootLogins).toBe(0);

  log.push(
    ...lines("sshd", 8, [WRONG, "Accepted publickey for root from 192.0.2.1 port 4001 ssh2"]),
  );
  log.push(...lines("login", undefined, ["ROOT LOGIN ON tty1"]));
  counted.read(NOW_MS);
  expect(tally.window.failures(NOW_MS)).toBe(2);
  expect(tally.failures.bad_credentials).toBe(1);
  expect(tally.logins.publickey).toBe(1);
  expect(tally.rootLogins).toBe(2);
});

test("a connection that is open at the start and ends later counts once", async () => {
  const log = lines("sshd", 7, ["Invalid user x from 192.0.2.1 port 4000"]);
  const { log: counted, tally } = first(new MemoryLog(log));
  counted.read(NOW_MS);
  log.push(
    ...lines("sshd", 7, ["Connection closed by invalid user x 192.0.2.1 port 4000 [preauth]"]),
  );
  counted.read(NOW_MS);
  counted.read(NOW_MS + 700_000);
  expect(tally.failures.invalid_user).toBe(1);
});

test("a fault is told, and is over when the log can be read again", async () => {
  const log = lines("sshd", 7, [WRONG]);
  const reader = new MemoryLog(log);
  const { log: counted, tally } = first(reader);
  reader.fault = new Error("EACCES: permission denied");
  expect(() => counted.read(NOW_MS)).toThrow("EACCES");
  expect(JSON.stringify(counted)).toBeUndefined();
  reader.fault = undefined;
  counted.read(NOW_MS);
  expect(tally.window.failures(NOW_MS)).toBe(1);
});

describe("a restart", () => {
  const records = [
    ...readSamples("sshd-10.0.txt"),
    ...readSamples("services-bookworm.txt"),
  ].flatMap(([, scenario], i) =>
    // Each scenario is another boot's, as far as pids and ports go.
    scenario.map((record) => ({ ...record, pid: (record.pid ?? 0) + i * 10_000 })),
  );

  function tallyWithRestarts(restartAt: ReadonlySet<number>): string {
    const log: LogRecord[] = [];
    let { log: counted, tally } = first(new MemoryLog(log));
    counted.read(NOW_MS);
    for (const [i, record] of records.entries()) {
      log.push(record);
      if (!restartAt.has(i)) continue;
      // Sometimes the state is saved before the record is read, sometimes after.
      if (i % 2 === 0) counted.read(NOW_MS);
      const state = JSON.parse(JSON.stringify({ counted, tally }));
      counted.close();
      const resumption = resumeLog(state.counted, NOW_MS);
      tally = Tally.from(state.tally);
      counted = new CountedLog(new MemoryLog(log, resumption.position), tally, resumption.state);
    }
    counted.read(NOW_MS);
    counted.read(NOW_MS + 700_000);
    return JSON.stringify(tally);
  }

  test("at any record changes no number", () => {
    const without = tallyWithRestarts(new Set());
    expect(JSON.parse(without).failures.bad_credentials).toBeGreaterThan(40);
    expect(tallyWithRestarts(new Set(records.keys()))).toBe(without);
    for (let step = 2; step < 9; step++) {
      const some = new Set([...records.keys()].filter((i) => i % step === 0));
      expect(tallyWithRestarts(some)).toBe(without);
    }
  });

  test.each([
    ["a stamp of whole seconds stands for all of its second", 0, 1000],
    ["one with milliseconds for itself", 400, 1],
  ])("on a first start goes back an hour, later to the last record: %s", (_, ms, behindMs) => {
    expect(succeeding([], NOW_MS, NOW_MS).sinceMs).toBe(NOW_MS - 3_600_000);
    const [record] = lines("sshd", 7, [WRONG]);
    record!.timeMs += ms;
    const { log: counted } = first(new MemoryLog([record!]));
    counted.read(NOW_MS);
    expect(succeeding([counted.state], NOW_MS, NOW_MS).sinceMs).toBe(SAMPLE_MS + ms + behindMs);
    const state = JSON.parse(JSON.stringify(counted));
    expect(resumeLog(state, NOW_MS + 1e9).sinceMs).toBe(SAMPLE_MS + ms + behindMs);
    // The clock was set back since.
    expect(resumeLog(state, SAMPLE_MS - 5000).sinceMs).toBe(SAMPLE_MS - 5000);
  });

  test("amid the first reading goes on with it: what is left of the last hour still counts for it alone", () => {
    const log = lines("sshd", 7, [WRONG, WRONG, WRONG]);
    const { log: counted, tally } = first(new MemoryLog(log));
    expect(counted.read(NOW_MS, () => false)).toBe(false);
    const state = JSON.parse(JSON.stringify({ counted, tally }));
    const resumption = resumeLog(state.counted, NOW_MS + 1000);
    const after = Tally.from(state.tally);
    const next = new CountedLog(new MemoryLog(log, resumption.position), after, resumption.state);
    expect(next.read(NOW_MS + 1000)).toBe(true);
    expect(after.window.failures(NOW_MS)).toBe(3);
    expect(after.failures.bad_credentials).toBe(0);
  });
});

test("what is written while the first reading lasts counts", () => {
  const old = lines("sshd", 7, [WRONG, WRONG]);
  const fresh = lines("sshd", 8, [WRONG]);
  for (const record of fresh) record.timeMs = NOW_MS + 500;
  const { log: counted, tally } = first(new MemoryLog([...old, ...fresh]));
  expect(counted.read(NOW_MS + 1000)).toBe(true);
  expect(tally.window.failures(NOW_MS + 1000)).toBe(3);
  expect(tally.failures.bad_credentials).toBe(1);
});

test("a reading that stops tells how old the rest is", () => {
  const { log: counted } = first(new MemoryLog(lines("sshd", 7, [WRONG, WRONG])));
  expect(counted.isBehind).toBe(false);
  counted.read(NOW_MS, () => false);
  expect(counted.isBehind).toBe(true);
  expect(counted.oldestUnreadMs).toBe(SAMPLE_MS + 1000);
  counted.read(NOW_MS);
  expect(counted.isBehind).toBe(false);
});

import { describe, expect, test } from "bun:test";
import { resumeWatch, AuthWatch } from "../../../src/model/auth/watch.ts";
import type { LogPosition, LogReader, LogRecord } from "../../../src/sources/logs/record.ts";
import { lines, readSamples, SAMPLE_MS } from "./samples.ts";

/** A log in memory; its position is the number of records that were read. */
class MemoryLog implements LogReader {
  closed = false;
  fault: Error | undefined;
  private readonly records: LogRecord[];
  private next: number;

  constructor(records: LogRecord[], position?: LogPosition) {
    this.records = records;
    this.next = Number(position?.["next"] ?? 0);
  }

  async poll(take: (record: LogRecord) => void): Promise<void> {
    if (this.fault !== undefined) throw this.fault;
    while (this.next < this.records.length) {
      take(this.records[this.next++]!);
      if (this.next % 3 === 0) await Bun.sleep(0);
    }
  }

  position(): LogPosition {
    return { next: this.next };
  }

  close(): void {
    this.closed = true;
  }
}

const WRONG = "Failed password for alice from 192.0.2.1 port 4000 ssh2";
const NOW_MS = SAMPLE_MS + 60_000;

test("what is there at the start fills the window and counts nothing", async () => {
  const log = lines("sshd", 7, [WRONG, "Accepted password for root from 192.0.2.1 port 4000 ssh2"]);
  const watch = new AuthWatch(new MemoryLog(log));
  await watch.poll(NOW_MS);
  expect(watch.tally.window.failures(NOW_MS)).toBe(1);
  expect(watch.tally.failures.bad_credentials).toBe(0);
  expect(watch.tally.rootLogins).toBe(0);

  log.push(
    ...lines("sshd", 8, [WRONG, "Accepted publickey for root from 192.0.2.1 port 4001 ssh2"]),
  );
  log.push(...lines("login", undefined, ["ROOT LOGIN ON tty1"]));
  await watch.poll(NOW_MS);
  expect(watch.tally.window.failures(NOW_MS)).toBe(2);
  expect(watch.tally.failures.bad_credentials).toBe(1);
  expect(watch.tally.logins.publickey).toBe(1);
  expect(watch.tally.rootLogins).toBe(2);
});

test("a connection that is open at the start and ends later counts once", async () => {
  const log = lines("sshd", 7, ["Invalid user x from 192.0.2.1 port 4000"]);
  const watch = new AuthWatch(new MemoryLog(log));
  await watch.poll(NOW_MS);
  log.push(
    ...lines("sshd", 7, ["Connection closed by invalid user x 192.0.2.1 port 4000 [preauth]"]),
  );
  await watch.poll(NOW_MS);
  await watch.poll(NOW_MS + 700_000);
  expect(watch.tally.failures.invalid_user).toBe(1);
});

test("a fault is told, and is over when the log can be read again", async () => {
  const log = lines("sshd", 7, [WRONG]);
  const reader = new MemoryLog(log);
  const watch = new AuthWatch(reader);
  reader.fault = new Error("EACCES: permission denied");
  await expect(watch.poll(NOW_MS)).rejects.toThrow("EACCES");
  expect(JSON.stringify(watch)).toBeUndefined();
  reader.fault = undefined;
  await watch.poll(NOW_MS);
  expect(watch.tally.window.failures(NOW_MS)).toBe(1);
});

describe("a restart", () => {
  const records = [
    ...readSamples("sshd-10.0.txt"),
    ...readSamples("services-bookworm.txt"),
  ].flatMap(([, scenario], i) =>
    // Each scenario is another boot's, as far as pids and ports go.
    scenario.map((record) => ({ ...record, pid: (record.pid ?? 0) + i * 10_000 })),
  );

  async function tallyWithRestarts(restartAt: ReadonlySet<number>): Promise<string> {
    const log: LogRecord[] = [];
    let reader = new MemoryLog(log);
    let watch = new AuthWatch(reader);
    await watch.poll(NOW_MS);
    for (const [i, record] of records.entries()) {
      log.push(record);
      if (!restartAt.has(i)) continue;
      // Sometimes the state is saved before the record is read, sometimes after.
      if (i % 2 === 0) await watch.poll(NOW_MS);
      const state = JSON.parse(JSON.stringify(watch));
      watch.close();
      const resumption = resumeWatch(state, NOW_MS);
      reader = new MemoryLog(log, resumption.position);
      watch = new AuthWatch(reader, resumption.state);
    }
    await watch.poll(NOW_MS);
    await watch.poll(NOW_MS + 700_000);
    return JSON.stringify(watch.tally);
  }

  test("at any record changes no number", async () => {
    const without = await tallyWithRestarts(new Set());
    expect(JSON.parse(without).failures.bad_credentials).toBeGreaterThan(40);
    expect(await tallyWithRestarts(new Set(records.keys()))).toBe(without);
    for (let step = 2; step < 9; step++) {
      const some = new Set([...records.keys()].filter((i) => i % step === 0));
      expect(await tallyWithRestarts(some)).toBe(without);
    }
  });

  test("on a first start goes back an hour, later to the last record", async () => {
    expect(resumeWatch(undefined, NOW_MS)).toEqual({
      position: undefined,
      sinceMs: NOW_MS - 3_600_000,
      state: undefined,
    });
    const watch = new AuthWatch(new MemoryLog(lines("sshd", 7, [WRONG])));
    await watch.poll(NOW_MS);
    const state = JSON.parse(JSON.stringify(watch));
    expect(resumeWatch(state, NOW_MS + 1e9).sinceMs).toBe(SAMPLE_MS + 1);
    // The clock was set back since.
    expect(resumeWatch(state, SAMPLE_MS - 5000).sinceMs).toBe(SAMPLE_MS - 5000);
  });

  test("refuses a state that is damaged, in any part, or another version's", async () => {
    const watch = new AuthWatch(new MemoryLog(records.slice(0, 300)));
    await watch.poll(NOW_MS);
    const state = JSON.stringify(watch);
    expect(() => resumeWatch({ ...JSON.parse(state), version: 2 }, NOW_MS)).toThrow(
      "another version",
    );
    expect(() => resumeWatch([], NOW_MS)).toThrow("no object");
    for (const path of [
      "attempts",
      "attempts.connections",
      "attempts.escalations.pending",
      "tally",
      "position",
    ]) {
      const damaged = JSON.parse(state);
      const names = path.split(".");
      const holder = names.slice(0, -1).reduce((value, name) => value[name], damaged);
      holder[names.at(-1)!] = "damaged";
      expect(() => resumeWatch(damaged, NOW_MS), path).toThrow();
    }
    const negative = JSON.parse(state);
    negative.tally.failures.invalid_user = -1;
    expect(() => resumeWatch(negative, NOW_MS)).toThrow("no count");
  });
});

/** The state file of other versions: one that 1.0.0 wrote, what 1.0.0 reads, and one that is yet to come. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CountedLog } from "../../../src/model/auth/counted_log.ts";
import { loadState, readState, stateOf } from "../../../src/model/auth/saved_state.ts";
import { SavedStateError } from "../../../src/sources/saved_value.ts";
import type { LogPosition } from "../../../src/sources/logs/position.ts";
import type { LogReader } from "../../../src/sources/logs/record.ts";
import { StateFile } from "../../../src/sources/state_file.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const FIXTURE = join(import.meta.dir, "../../fixtures/state/auth-1.0.0.json");
const FROM_1_0_0 = JSON.parse(readFileSync(FIXTURE, "utf8"));
const NOW_MS = FROM_1_0_0.watch.startMs + 60_000;
/** What only 1.0.0 needs, and does without, too. */
const { newestRotated: _, ...POSITION } = FROM_1_0_0.watch.position;
const AUTH_LOG = "/var/log/auth.log";

/** A log in which nothing is new. */
const quiet = (position: LogPosition): LogReader => ({
  poll: () => true,
  oldestUnreadMs: undefined,
  lostBytes: 0,
  position: () => position,
  close: () => {},
});

/** What this version saves after it took over what 1.0.0 saved. */
function savedAgain() {
  const { logs, tally, precedence, lostBytes } = readState(FROM_1_0_0, NOW_MS);
  const counted = new Map<string, CountedLog>();
  for (const [name, { position, state }] of logs) {
    const log = new CountedLog(quiet(position!), tally, state);
    log.read(NOW_MS);
    counted.set(name, log);
  }
  return JSON.parse(JSON.stringify(stateOf(counted, tally, precedence, lostBytes)));
}

test("what 1.0.0 saved is taken over", () => {
  const { logs, tally, lostBytes } = readState(FROM_1_0_0, NOW_MS);
  expect([...logs.keys()]).toEqual([AUTH_LOG]);
  const { position, state } = logs.get(AUTH_LOG)!;
  expect(position).toEqual(POSITION);
  expect(state.isLive).toBe(true);
  expect(tally.failures.invalid_user).toBe(2);
  expect(tally.window.failures(NOW_MS)).toBe(2);
  expect(lostBytes).toBe(0);
  // 1.0.0 read the first text log there was.
  expect([...readState(FROM_1_0_0, NOW_MS, ["/var/log/secure"]).logs.keys()]).toEqual([
    "/var/log/secure",
  ]);
  expect([...readState(FROM_1_0_0, NOW_MS, ["journal"]).logs.keys()]).toEqual([AUTH_LOG]);
});

test("what this version saves has all that 1.0.0 reads, in the same form", () => {
  const again = savedAgain();
  expect([again.log, again.watch.version]).toEqual(["auth_log", 1]);
  const { tally, attempts, ...rest } = FROM_1_0_0.watch;
  expect(again.watch).toMatchObject({ ...rest, position: POSITION });
  for (const name of ["failures", "logins", "escalations"]) {
    expect(again.watch.tally[name]).toMatchObject(tally[name]);
  }
  const counts = again.watch.tally.window.counts.map((row: unknown[]) => row.slice(0, 2));
  expect(counts).toEqual(tally.window.counts);
  expect(Array.isArray(again.watch.tally.window.sources)).toBe(true);
  // Rows are read by their places; there may be more in them.
  const rows = again.watch.attempts.connections.open.map((row: unknown[]) => row.slice(0, 8));
  expect(rows).toEqual(attempts.connections.open);
});

test("goes through this version and back without a change", () => {
  const there = savedAgain();
  const { logs, tally } = readState(there, NOW_MS);
  expect(JSON.parse(JSON.stringify(tally))).toEqual(there.watch.tally);
  expect(logs.get(AUTH_LOG)!.position).toEqual(there.watch.position);
});

describe("a state that can't be used", () => {
  const load = (text: string) => {
    using tree = new TempTree({ "/auth.json": text });
    const warnings: string[] = [];
    const file = new StateFile(join(tree.folder, "auth.json"), (said) => warnings.push(said));
    const states = [1, 2].map(() => loadState(file, NOW_MS, [AUTH_LOG]));
    const kept = ["newer", "damaged"].filter((why) =>
      existsSync(join(tree.folder, `auth.json.${why}`)),
    );
    return { states, warnings: warnings.length, kept };
  };

  test("because a later version saved it is kept aside, and said once", () => {
    const newer = structuredClone(FROM_1_0_0);
    newer.watch.version = 2;
    expect(load(JSON.stringify(newer))).toEqual({
      states: [undefined, undefined],
      warnings: 1,
      kept: ["newer"],
    });
  });

  test.each([
    ["no object", "[]"],
    ["no JSON", "{"],
    ["another program's", '{"a":1}'],
  ])("because it is %s is kept aside, and said once", (_what, text) => {
    expect(load(text)).toEqual({ states: [undefined, undefined], warnings: 1, kept: ["damaged"] });
  });

  test.each([
    "log",
    "watch",
    "watch.version",
    "watch.position",
    "watch.position.kind",
    "watch.position.files.0.offset",
    "watch.attempts",
    "watch.attempts.connections",
    "watch.attempts.escalations.pending",
    "watch.tally",
    "watch.attempts.ended",
    "watch.attempts.ended.open",
    "watch.tally.failures.invalid_user",
    "watch.tally.durations",
    "precedence",
    "lostBytes",
    "others",
  ])("because of %s", (path) => {
    const damaged = savedAgain();
    delete damaged.name;
    const names = path.split(".");
    const holder = names.slice(0, -1).reduce((value, name) => value[name], damaged);
    holder[names.at(-1)!] = ["log", "watch.position"].includes(path) ? 7 : { damaged: true };
    expect(() => readState(damaged, NOW_MS)).toThrow(SavedStateError);
  });

  test("the old file is whole when the new one is written", () => {
    using tree = new TempTree({});
    const path = join(tree.folder, "auth.json");
    writeFileSync(path, JSON.stringify(savedAgain()));
    const state = loadState(new StateFile(path, () => {}), NOW_MS, [AUTH_LOG]);
    expect(state?.tally.failures.invalid_user).toBe(2);
  });
});

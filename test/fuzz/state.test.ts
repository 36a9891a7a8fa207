/** The exporter's own state, which a crash, a full disk or another version may have left. */
import { expect, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { CountedLog, succeeding } from "../../src/model/auth/counted_log.ts";
import { Precedence } from "../../src/model/auth/precedence.ts";
import { readState, stateOf } from "../../src/model/auth/saved_state.ts";
import { Tally } from "../../src/model/auth/tally.ts";
import { SavedStateError } from "../../src/sources/saved_value.ts";
import type { LogRecord } from "../../src/sources/logs/record.ts";
import { StateFile } from "../../src/sources/state_file.ts";
import { fuzz, FUZZ_TIMEOUT_MS } from "../helpers/fuzz.ts";
import { mutatedValue } from "../helpers/mutate_value.ts";
import { contents, expectWellFormed, fileFor, fuzzParser, linesOf } from "./fuzz_parser.ts";

const NOW_MS = Date.UTC(2026, 10, 25);

const FILE = { dev: 1, ino: 2, offset: 3, skipping: false, headBytes: 3, head: "a", size: 4 };
/** A reader of a log in which nothing is new. */
const READER = {
  position: () => ({ kind: "text", files: [FILE], finished: null }),
  close: () => {},
};

/** The state after the messages that a real sshd logged. */
function realState(): Buffer {
  const records = linesOf(contents("auth/sshd-10.0.txt")).flatMap((line, i): LogRecord[] => {
    const match = /^ +\d+ ([\w.-]+)\[(\w+)\]: +(.*)$/s.exec(line.toString("latin1"));
    if (!match) return [];
    const timeMs = NOW_MS - 60_000 + i;
    const pid = 100 + match[2]!.charCodeAt(0);
    return [{ timeMs, identifier: match[1]!, pid, message: match[3]!, copies: 1 }];
  });
  const reader = {
    poll: (take: (record: LogRecord) => void) => {
      records.forEach(take);
      return true;
    },
    ...READER,
  };
  const tally = new Tally();
  const logs = new Map(
    ["/var/log/secure", "/var/log/messages"].map((name) => {
      const log = new CountedLog(reader as never, tally, succeeding([], 1, NOW_MS).state);
      log.read(NOW_MS);
      return [name, log];
    }),
  );
  return Buffer.from(JSON.stringify(stateOf(logs, tally, new Precedence(), 17)));
}

const file = fileFor("state/auth.json");
const path = `${file.folder}/state/auth.json`;

/**
 * What a scrape shows of it, and how it is saved again.
 *
 * @param isWhole with the last hour, which takes as long as all else
 */
function takenUp(value: unknown, isWhole: boolean): { shown: unknown; save: () => string } {
  const { logs, lostBytes, precedence, tally } = readState(value, NOW_MS);
  const counted = new Map(
    Array.from(logs, ([name, { state }]) => [name, new CountedLog(READER as never, tally, state)]),
  );
  const { failures, logins, escalations, rootLogins, users, window } = tally;
  const since = Array.from(logs.values(), ({ sinceMs }) => sinceMs);
  const lastHour = isWhole && [window.failuresByReason(NOW_MS), window.topOrigins(NOW_MS, 10)];
  return {
    shown: [failures, logins, escalations, rootLogins, users, lastHour, lostBytes, since],
    save: () => JSON.stringify(stateOf(counted, tally, precedence, lostBytes)),
  };
}

/**
 * @param isSaved whether it is shown with the last hour, saved and taken up again, too
 * @returns what a scrape shows; undefined for a state that is refused
 */
function shownOf(value: unknown, isSaved: boolean): unknown {
  let state: ReturnType<typeof takenUp>;
  try {
    state = takenUp(value, isSaved);
  } catch (error) {
    if (error instanceof SavedStateError) return undefined;
    throw error;
  }
  if (isSaved) takenUp(JSON.parse(state.save()), false);
  return state.shown;
}

fuzzParser("state files", [realState()], (bytes) => {
  file.put(bytes);
  const value = new StateFile(path, () => {}).load();
  if (value !== undefined) return shownOf(value, false);
  // What can't be read is put aside, once, and never in the way of the next one.
  if (existsSync(path)) throw new Error("a damaged file was left in its place");
  rmSync(`${path}.damaged`);
  return undefined;
});

test(
  "saved states",
  async () => {
    const state = JSON.parse(realState().toString()) as unknown;
    expect(shownOf(state, true)).toBeDefined();
    await fuzz("saved states", (random) => {
      expectWellFormed(shownOf(mutatedValue(random, state), random.chance(0.05)));
    });
  },
  FUZZ_TIMEOUT_MS,
);

/** The exporter's own state, which a crash, a full disk or another version may have left. */
import { existsSync, rmSync } from "node:fs";
import { CountedLog, succeeding } from "../../src/model/auth/counted_log.ts";
import { Precedence } from "../../src/model/auth/precedence.ts";
import { readState, stateOf } from "../../src/model/auth/saved_state.ts";
import { Tally } from "../../src/model/auth/tally.ts";
import { SavedStateError } from "../../src/model/auth/saved.ts";
import type { LogRecord } from "../../src/sources/logs/record.ts";
import { StateFile } from "../../src/sources/state_file.ts";
import { fileFor, fuzzParser, linesOf, contents } from "./fuzz_parser.ts";

const NOW_MS = Date.UTC(2026, 10, 25);

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
    position: () => ({ inode: 1, offset: 2 }),
    close: () => {},
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

fuzzParser("state files", [realState()], (bytes) => {
  file.put(bytes);
  const value = new StateFile(path, () => {}).load();
  if (value === undefined) {
    // What can't be read is put aside, once, and never in the way of the next one.
    if (existsSync(path)) throw new Error("a damaged file was left in its place");
    rmSync(`${path}.damaged`);
    return undefined;
  }
  try {
    const { logs, ...state } = readState(value, NOW_MS);
    return JSON.parse(JSON.stringify({ logs: [...logs], ...state })) as unknown;
  } catch (error) {
    if (error instanceof SavedStateError) return undefined;
    throw error;
  }
});

/** The exporter's own state, which a crash, a full disk or another version may have left. */
import { existsSync, rmSync } from "node:fs";
import { AuthWatch, resumeWatch } from "../../src/model/auth/watch.ts";
import { SavedStateError } from "../../src/model/auth/saved.ts";
import type { LogRecord } from "../../src/sources/logs/record.ts";
import { StateFile } from "../../src/sources/state_file.ts";
import { fileFor, fuzzParser, linesOf, contents } from "./fuzz_parser.ts";

const NOW_MS = Date.UTC(2026, 10, 25);

/** The state after the messages that a real sshd logged. */
async function realState(): Promise<Buffer> {
  const records = linesOf(contents("auth/sshd-10.0.txt")).flatMap((line, i): LogRecord[] => {
    const match = /^ +\d+ ([\w.-]+)\[(\w+)\]: +(.*)$/s.exec(line.toString("latin1"));
    if (!match) return [];
    const timeMs = NOW_MS - 60_000 + i;
    const pid = 100 + match[2]!.charCodeAt(0);
    return [{ timeMs, identifier: match[1]!, pid, message: match[3]!, copies: 1 }];
  });
  const reader = {
    poll: async (take: (record: LogRecord) => void) => records.forEach(take),
    position: () => ({ inode: 1, offset: 2 }),
    close: () => {},
  };
  const watch = new AuthWatch(reader as never);
  await watch.poll(NOW_MS);
  return Buffer.from(JSON.stringify(watch));
}

const file = fileFor("state/auth.json");
const path = `${file.folder}/state/auth.json`;

fuzzParser("state files", [await realState()], (bytes) => {
  file.put(bytes);
  const value = new StateFile(path, () => {}).load();
  if (value === undefined) {
    // What can't be read is put aside, once, and never in the way of the next one.
    if (existsSync(path)) throw new Error("a damaged file was left in its place");
    rmSync(`${path}.damaged`);
    return undefined;
  }
  try {
    const { sinceMs, state } = resumeWatch(value, NOW_MS);
    return { sinceMs, state: JSON.parse(JSON.stringify(state)) };
  } catch (error) {
    if (error instanceof SavedStateError) return undefined;
    throw error;
  }
});

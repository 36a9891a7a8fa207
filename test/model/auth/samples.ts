import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Attempts } from "../../../src/model/auth/attempts.ts";
import type { Outcome } from "../../../src/model/auth/outcome.ts";
import type { LogRecord } from "../../../src/sources/logs/record.ts";

const FOLDER = join(import.meta.dir, "../../fixtures/auth");
/** Some time at which the samples' records happen, a second apart. */
export const SAMPLE_MS = Date.UTC(2026, 10, 23, 12);

/** The scenarios of one file of captured messages, by name. */
export function readSamples(file: string): Map<string, LogRecord[]> {
  const scenarios = new Map<string, LogRecord[]>();
  let records: LogRecord[] = [];
  for (const line of readFileSync(join(FOLDER, file), "utf8").split("\n")) {
    const title = /^== (.*?)(?: \w+=.*)?$/.exec(line);
    if (title !== null) scenarios.set(title[1]!, (records = []));
    else if (line.startsWith("   ")) records.push(parseSample(line.slice(5), records.length));
  }
  return scenarios;
}

function parseSample(text: string, index: number): LogRecord {
  const [, identifier, pid, message] = /^([^[: ]+)(?:\[(\w+)\])?: (.*)$/s.exec(text)!;
  return {
    timeMs: SAMPLE_MS + index * 1000,
    identifier: identifier!,
    pid: pid === undefined ? undefined : pidOf(pid),
    message: message!.replace(/, pid = ([A-Z])$/, (_, letter) => `, pid = ${pidOf(letter)}`),
    copies: 1,
  };
}

function pidOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : 1000 + text.charCodeAt(0);
}

/** Records of one program and pid, for messages written by hand. */
export function lines(
  identifier: string,
  pid: number | undefined,
  messages: string[],
): LogRecord[] {
  return messages.map((message, i) => ({
    timeMs: SAMPLE_MS + i * 1000,
    identifier,
    pid,
    message,
    copies: 1,
  }));
}

/** What the records come to; `settledMs` after the last one, if given, what went quiet is ended. */
export function outcomesOf(records: LogRecord[], settledMs?: number): Outcome[] {
  const attempts = new Attempts();
  const outcomes: Outcome[] = [];
  for (const record of records) attempts.take(record, (outcome) => outcomes.push(outcome));
  if (settledMs !== undefined) {
    attempts.settle(SAMPLE_MS, () => {});
    attempts.settle(SAMPLE_MS + settledMs, (outcome) => outcomes.push(outcome));
  }
  return outcomes;
}

/** Outcomes as counts: `invalid_user`, `login password`, `N`, `D`, `sudo success`, `console root`. */
export function sum(outcomes: Outcome[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const outcome of outcomes) {
    // Every login ends; the tests of ended sessions look at that.
    if (outcome.kind === "session_ended") continue;
    const [name, count] = nameOf(outcome);
    sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

function nameOf(outcome: Exclude<Outcome, { kind: "session_ended" }>): [string, number] {
  switch (outcome.kind) {
    case "failure":
      return [outcome.reason, outcome.count];
    case "failure_origin":
      return [`origin ${outcome.address}`, outcome.count];
    case "login":
      return [`login ${outcome.method}${outcome.root ? " root" : ""}`, 1];
    case "unauthenticated_disconnect":
      return ["N", 1];
    case "dropped_connection":
      return ["D", outcome.count];
    case "console_root_login":
      return ["console root", outcome.count];
    case "escalation":
      return [`${outcome.method} ${outcome.success ? "success" : "failure"}`, outcome.count];
  }
}

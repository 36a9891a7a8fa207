/**
 * A flood of log lines with a scrape a minute: what a scrape waits for, what is read between scrapes, and
 * what a crash costs. Time is the test's own, and each piece of work has a price in it, so nothing here
 * depends on how fast the machine is. LINES_PER_SECOND makes it as long as in the field.
 */
import { describe, expect, test } from "bun:test";
import { appendFileSync } from "node:fs";
import { AuthLogs } from "../../../src/model/auth/auth_logs.ts";
import { StateFile } from "../../../src/sources/state_file.ts";
import { authLogLine } from "../../helpers/attempt_lines.ts";
import { MACHINE_STAT } from "../../helpers/proc_files.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { Host, MACHINE } from "../../sources/logs/journal/fixtures.ts";
import { Journald } from "../../sources/logs/journal/journald.ts";

const given = process.env["LINES_PER_SECOND"];
/** Fewer lines than in the field, but each with a higher price. */
const TEXT_RATE = Number(given ?? 20);
const JOURNAL_RATE = Number(given ?? 4);
/** What a line costs without the JIT where 5,000 come a second. */
const priceMs = (rate: number) => 0.015 * (5000 / rate);
const START_MS = Date.UTC(2026, 10, 25, 12);
const MINUTES = 10;

/** A host, a clock, and an exporter that can be driven turn by turn. */
class Driven {
  nowMs = START_MS;
  turns = 0;
  /** The longest time that passed between two pauses. */
  longestTurnMs = 0;
  readonly warnings: string[] = [];
  private turnMs = START_MS;
  private pausing: (() => void) | undefined;
  logs: AuthLogs;

  /**
   * @param stepMs what passes between two questions whether there is time left
   */
  constructor(
    private readonly tree: TempTree,
    private readonly stepMs: number,
  ) {
    this.logs = this.start();
  }

  /** The exporter begins, as after a crash: of the one before nothing is left but its state file. */
  start(): AuthLogs {
    this.pausing = undefined;
    const stateFile = new StateFile(`${this.tree.folder}/auth.json`, (text) =>
      this.warnings.push(text),
    );
    this.logs = new AuthLogs({
      root: this.tree.root,
      now: () => this.nowMs,
      warn: (message) => this.warnings.push(message),
      stateFile,
      pace: {
        clockMs: () => (this.nowMs += this.stepMs),
        pause: () =>
          new Promise((resolve) => {
            this.turns++;
            this.longestTurnMs = Math.max(this.longestTurnMs, this.nowMs - this.turnMs);
            this.pausing = resolve;
          }),
      },
    });
    return this.logs;
  }

  /** @returns false when there was no turn to take: everything is read */
  async turn(): Promise<boolean> {
    const { pausing } = this;
    if (pausing === undefined) return false;
    this.pausing = undefined;
    this.turnMs = this.nowMs;
    pausing();
    await Bun.sleep(0);
    return true;
  }

  async scrape() {
    const startMs = this.nowMs;
    this.turnMs = startMs;
    const turnsBefore = this.turns;
    const state = { isOver: false };
    const scraping = this.logs.poll().finally(() => (state.isOver = true));
    await Bun.sleep(0);
    while (!state.isOver) {
      if (!(await this.turn())) await Bun.sleep(0);
    }
    const counts = await scraping;
    this.logs.save("if due");
    return { counts: counts!, waitedMs: this.nowMs - startMs, turns: this.turns - turnsBefore };
  }

  /** Turns between two scrapes, until everything is read or the next scrape comes. */
  async idleUntil(timeMs: number): Promise<void> {
    while (this.nowMs < timeMs && (await this.turn()));
    this.nowMs = Math.max(this.nowMs, timeMs);
  }
}

interface Flood {
  tree: TempTree;
  /** Logs one refused password. */
  log(timeMs: number, number: number): void;
  flush(): void;
  stepMs: number;
  linesPerSecond: number;
}

const FAILED = (number: number) =>
  `Failed password for invalid user eve from 192.0.2.${number % 200} port ${1 + (number % 60_000)} ssh2`;

/** Some 110 bytes a line, so 150 lines between two questions. */
function textFlood(): Flood {
  const tree = new TempTree({ "/proc/stat": MACHINE_STAT, "/var/log/auth.log": "" });
  let lines: string[] = [];
  return {
    tree,
    log: (timeMs, number) => lines.push(authLogLine(timeMs, 100 + number, FAILED(number))),
    flush: () => {
      appendFileSync(`${tree.folder}/var/log/auth.log`, lines.join(""));
      lines = [];
    },
    stepMs: 150 * priceMs(TEXT_RATE),
    linesPerSecond: TEXT_RATE,
  };
}

function journalFlood(): Flood {
  const tree = new TempTree({
    "/proc/stat": MACHINE_STAT,
    "/etc/machine-id": `${MACHINE}\n`,
    [`/var/log/journal/${MACHINE}/.keep`]: "",
  });
  const host = { folder: () => `${tree.folder}/var/log/journal/${MACHINE}` };
  const journald = new Journald(host as unknown as Host);
  return {
    tree,
    log: (timeMs, number) => {
      journald.timeUs = (timeMs - 1000) * 1000;
      const pid = `_PID=${100 + number}`;
      journald.log(["SYSLOG_IDENTIFIER=sshd", "_UID=0", pid, `MESSAGE=${FAILED(number)}`]);
      if (number % 500 === 499) journald.rotate();
    },
    flush: () => {},
    // After each record there are two questions.
    stepMs: priceMs(JOURNAL_RATE) / 2,
    linesPerSecond: JOURNAL_RATE,
  };
}

/** Ten minutes of it. @param crashAfter turns after which the exporter is killed, again and again */
async function run(flood: Flood, crashAfter = Number.POSITIVE_INFINITY) {
  using tree = flood.tree;
  const driven = new Driven(tree, flood.stepMs);
  await driven.scrape();
  let logged = 0;
  let loggedMs = START_MS + 1000;
  let lastCrash = 0;
  let crashes = 0;
  const lags: number[] = [];
  const waits: number[] = [];
  for (let minute = 1; minute <= MINUTES; minute++) {
    const scrapeMs = START_MS + 1000 + minute * 60_000;
    const count = 60 * flood.linesPerSecond;
    for (let i = 0; i < count; i++) {
      flood.log(loggedMs + (i * 60_000) / count, logged++);
    }
    loggedMs = scrapeMs;
    flood.flush();
    await driven.idleUntil(scrapeMs);
    const { counts, waitedMs } = await driven.scrape();
    lags.push(counts.lagSeconds);
    waits.push(waitedMs);
    for (let more = true; more;) {
      more = await driven.turn();
      if (!more || driven.turns - lastCrash < crashAfter) continue;
      lastCrash = driven.turns;
      crashes++;
      driven.start();
      await driven.scrape();
    }
  }
  await driven.idleUntil(driven.nowMs + 1);
  const { counts } = await driven.scrape();
  return { counts, crashes, driven, lags, logged, waits };
}

const TIMEOUT_MS = 60_000 + TEXT_RATE * 100;

describe.each([
  ["a text log", textFlood],
  ["the journal", journalFlood],
] as const)("5,000 lines a second in %s", (_name, flood) => {
  test(
    "are all counted; a scrape waits for 2 s, and turns take 20 ms or one piece of work",
    async () => {
      const it = flood();
      const { stepMs } = it;
      const { counts, driven, lags, logged, waits } = await run(it);
      expect(logged).toBe(MINUTES * 60 * it.linesPerSecond);
      expect(counts.lagSeconds).toBe(0);
      expect(counts.lostBytes).toBe(0);
      expect(counts.tally.failures.invalid_user).toBe(logged);
      expect(counts.tally.window.failures(driven.nowMs)).toBe(logged);
      // A minute is worth 4.5 s of work: too much for a scrape, so part of it is read after it.
      expect(Math.max(...lags)).toBeGreaterThan(10);
      expect(Math.max(...lags)).toBeLessThan(60);
      expect(Math.min(...waits)).toBeGreaterThan(1500);
      expect(Math.max(...waits)).toBeLessThan(2000 + 20 + 5 * stepMs);
      expect(driven.longestTurnMs).toBeLessThan(20 + 5 * stepMs);
      expect(driven.warnings).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test.each([3, 7])(
    "are all counted once when the exporter is killed every %d turns",
    async (turns) => {
      const { counts, crashes, driven, logged } = await run(flood(), turns);
      expect(crashes).toBeGreaterThan(5);
      expect(counts.lagSeconds).toBe(0);
      expect(counts.tally.failures.invalid_user).toBe(logged);
      expect(counts.tally.window.failures(driven.nowMs)).toBe(logged);
      expect(driven.warnings).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

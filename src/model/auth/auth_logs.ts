import { isShortage, isUnavailable } from "../../sources/errors.ts";
import type { LogRecord } from "../../sources/logs/record.ts";
import { readBootTimeMs } from "../../sources/proc/machine_stat.ts";
import type { Root } from "../../sources/root.ts";
import type { StateFile } from "../../sources/state_file.ts";
import { Attempts } from "./attempts.ts";
import type { AuthCounts, RecentFailures } from "./auth_counts.ts";
import { CountedLog, type LogState, type Resumption, succeeding } from "./counted_log.ts";
import { type HostFacts, hostFactsOf, readOpenSessions } from "./host_facts.ts";
import { JOURNAL, chooseLogs, rankOf, sourceOf } from "./log_choice.ts";
import { openLog } from "./open_log.ts";
import { Precedence } from "./precedence.ts";
import { loadState, stateOf } from "./saved_state.ts";
import { Tally } from "./tally.ts";
import { type Pace, Turns } from "./turns.ts";

/** The state is saved at most this often, however many scrapes come. */
const SAVE_EVERY_MS = 5000;
/** How often to check again which logs exist and which of them are in use. */
const CHOOSE_EVERY_MS = 60_000;

export interface AuthLogsOptions {
  root: Root;
  /** The time in milliseconds since the epoch. */
  now: () => number;
  /** Logs a warning; called again while the cause lasts. */
  warn: (message: string, fields: Record<string, string | number>) => void;
  /** Keeps counters and the position in the log across restarts; undefined to keep nothing. */
  stateFile: StateFile | undefined;
  /** Whether a login name has uid 0. */
  isRoot?: ((name: string) => boolean) | undefined;
  /** The clock and the pause used while reading. */
  pace?: Pace;
}

/** Number of addresses shown, those with the most failures. */
const ORIGINS = 10;

/** The logs that report logins: chooses which to read, follows them, and keeps the counts. */
export class AuthLogs {
  /** By name, best first. */
  private logs = new Map<string, CountedLog>();
  private tally = new Tally();
  private precedence = new Precedence();
  private lostBytes = 0;
  private startMs = 0;
  private chosenMs: number | undefined;
  private savedMs = 0;
  private collectionSavedMs = 0;
  private readonly turns: Turns;
  private readonly host: HostFacts;

  constructor(private readonly options: AuthLogsOptions) {
    this.host = hostFactsOf(options.root, options.isRoot);
    this.turns = new Turns((mayGoOn) => this.work(mayGoOn), options.pace);
  }

  /**
   * Reads what is new, for at most 2 s; the rest is read between the calls. Calls must not overlap.
   *
   * @returns undefined when the host has no readable log
   * @throws the reason why a log can't be read any more
   */
  async poll(): Promise<AuthCounts | undefined> {
    const nowMs = this.options.now();
    const sinceMs = Math.abs(nowMs - (this.chosenMs ?? 0));
    if (this.chosenMs === undefined || sinceMs >= CHOOSE_EVERY_MS) {
      await this.chooseOrKeep(nowMs);
    }
    if (this.logs.size === 0) return undefined;
    try {
      await this.turns.wait();
    } catch (error) {
      await this.chooseOther(nowMs, error);
      await this.turns.wait();
    }
    const [first] = [...this.logs.keys()] as [string];
    const { lostBytes, tally } = this;
    const knowsEnds = [...this.logs.values()].some(({ state }) => state.attempts.ended.isKnown);
    return { tally, source: sourceOf(first), lagSeconds: this.lagSeconds(), lostBytes, knowsEnds };
  }

  /** The last hour's failures in what was read of the logs so far; undefined without a log. */
  recentFailures(): RecentFailures | undefined {
    if (this.logs.size === 0) return undefined;
    const nowMs = this.options.now();
    const { window } = this.tally;
    return { byReason: window.failuresByReason(nowMs), origins: window.topOrigins(nowMs, ORIGINS) };
  }

  /** Ends the reading between two calls of `poll`. */
  async stop(): Promise<void> {
    await this.turns.stop();
  }

  /**
   * @param when `if due` skips it when a collection has just saved the state
   * @returns whether the state was written
   * @throws the system's error when the state can't be written
   */
  save(when: "if due" | "now"): boolean {
    const nowMs = this.options.now();
    if (when === "if due" && Math.abs(nowMs - this.collectionSavedMs) < SAVE_EVERY_MS) return false;
    // Set even when saving fails: a full disk must not be tried at every scrape.
    this.collectionSavedMs = nowMs;
    return this.write(nowMs);
  }

  private write(nowMs: number): boolean {
    const { stateFile } = this.options;
    const state = stateFile && stateOf(this.logs, this.tally, this.precedence, this.lostBytes);
    if (state === undefined) return false;
    this.savedMs = nowMs;
    stateFile!.save(state);
    return true;
  }

  /** Reads each log to its end, the best one first, until `mayGoOn` returns false. */
  private work(mayGoOn: () => boolean): boolean {
    const nowMs = this.options.now();
    for (const [name, log] of this.logs) {
      let isDone = true;
      try {
        isDone = log.read(nowMs, mayGoOn);
      } catch (error) {
        // With several logs, one that vanished is dropped when the logs are chosen again.
        if (this.logs.size === 1 || !isUnavailable(error)) throw error;
      }
      // Report the loss before the saved position is behind it.
      this.noteLosses(name, log);
      if (!isDone) return this.interrupt(nowMs);
    }
    for (const { rank, record } of this.precedence.release(nowMs)) {
      for (const [name, log] of this.logs) if (rankOf(name) === rank) log.countLate(record, nowMs);
    }
    return true;
  }

  /** Saves the state during long work, so that a crash repeats little of it. */
  private interrupt(nowMs: number): false {
    if (Math.abs(nowMs - this.savedMs) < SAVE_EVERY_MS) return false;
    try {
      this.write(nowMs);
    } catch {
      // The next collection tries again, and reports the error.
    }
    return false;
  }

  private lagSeconds(): number {
    const nowMs = this.options.now();
    const behind = [...this.logs.values()].filter((log) => log.isBehind);
    return Math.max(0, ...behind.map((log) => nowMs - (log.oldestUnreadMs ?? nowMs))) / 1000;
  }

  private noteLosses(name: string, log: CountedLog): void {
    const bytes = log.takeLostBytes();
    this.lostBytes += bytes;
    if (bytes > 0) this.options.warn("log was deleted before it was read", { log: name, bytes });
  }

  /** When the system is short of a resource, keeps the logs that are open: they are still good. */
  private async chooseOrKeep(nowMs: number): Promise<void> {
    try {
      await this.choose(nowMs);
    } catch (error) {
      if (this.logs.size === 0 || !isShortage(error)) throw error;
    }
  }

  /** Chooses again after reading a log failed. @throws that failure when there is no other log */
  private async chooseOther(nowMs: number, failure: unknown): Promise<void> {
    this.chosenMs = undefined;
    if (isShortage(failure)) throw failure;
    const before = this.logs;
    await this.choose(nowMs);
    if (this.logs === before) {
      this.chosenMs = undefined;
      throw failure;
    }
  }

  private async choose(nowMs: number): Promise<void> {
    const { host } = this;
    const { root, stateFile, warn } = this.options;
    const { logs: names, notes } = chooseLogs(root, nowMs);
    for (const fields of notes) warn("a log is not read", fields);
    this.startMs ||= nowMs;
    const isSame = names.length === 0 || names.join() === [...this.logs.keys()].join();
    const bootMs = isSame ? 0 : readBootTimeMs(root);
    this.chosenMs = nowMs;
    if (isSame) return;
    const saved =
      this.logs.size === 0 && stateFile ? loadState(stateFile, nowMs, names, host) : undefined;
    if (saved !== undefined) {
      this.tally = saved.tally;
      this.precedence = saved.precedence;
      this.lostBytes = saved.lostBytes;
    }
    const before = this.logs;
    const states = new Map<string, LogState>();
    for (const [name, { state }] of saved?.logs ?? before) states.set(name, state);
    const isKept = (name: string) => names.includes(name);
    // Open attempts of a log that is no longer read move to the first log that replaces it.
    let attempts = [...states].find(([name]) => !isKept(name))?.[1].attempts;
    const after = new Map<string, CountedLog>();
    try {
      for (const name of names) {
        let log = before.get(name);
        if (log === undefined) {
          let resumption = saved?.logs.get(name);
          if (resumption === undefined) {
            const own = attempts ?? new Attempts(host);
            resumption = succeeding([...states.values()], this.startMs, nowMs, own);
            attempts = undefined;
          }
          const open = name === JOURNAL ? await readOpenSessions(root) : undefined;
          if (open) resumption.state.attempts.ended.begin(open.bootId, open.sessions);
          log = this.open(name, resumption, bootMs);
        }
        after.set(name, log);
      }
    } catch (error) {
      for (const [name, log] of after) if (!before.has(name)) log.close();
      throw error;
    }
    for (const [name, log] of before) if (!isKept(name)) log.close();
    this.logs = after;
  }

  private open(name: string, resumption: Resumption, bootMs: number): CountedLog {
    const { state } = resumption;
    const reader = openLog(name, resumption, bootMs, this.options);
    if (name === JOURNAL) return new CountedLog(reader, this.tally, state);
    const rank = rankOf(name);
    const counts = (record: LogRecord) => this.precedence.judge(rank, record) === "count";
    return new CountedLog(reader, this.tally, state, counts);
  }
}

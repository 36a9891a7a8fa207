import { AuthLog, findAuthLog } from "../../sources/logs/text/auth_log.ts";
import { JournalFormatError, LeftOverJournalError } from "../../sources/logs/journal/header.ts";
import { JournalReader } from "../../sources/logs/journal/reader.ts";
import type { LogReader } from "../../sources/logs/record.ts";
import { readMachineStat } from "../../sources/proc/machine_stat.ts";
import { isUnavailable } from "../../sources/errors.ts";
import type { Root } from "../../sources/root.ts";
import type { StateFile } from "../../sources/state_file.ts";
import type { IsRoot } from "./attempts.ts";
import { savedRecord } from "./saved.ts";
import type { Tally } from "./tally.ts";
import { AuthWatch, type Resumption, resumeWatch } from "./watch.ts";

/** The logs that tell of logins, best first: in the journal nobody can write in sshd's name. */
const AUTH_LOGS = ["journal", "auth_log"] as const;
type AuthLogName = (typeof AUTH_LOGS)[number];

/** The state is written no more often than this, however often it is scraped. */
const SAVE_EVERY_MS = 5000;

export interface FeedOptions {
  root: Root;
  /** The time in milliseconds since the epoch. */
  now: () => number;
  /** Told once of each thing in a log that can't be read but does not stop the rest. */
  report: (message: string) => void;
  /** Where counters and the place in the log outlive the program; undefined for nowhere. */
  stateFile: StateFile | undefined;
  /** Whether a login name has uid 0. */
  isRoot?: IsRoot | undefined;
}

/** What the state file holds. */
interface SavedFeed {
  log: AuthLogName;
  watch: unknown;
}

/**
 * The counts of the one log that is read. A host can have both, with the same events in each, so the
 * first that can be read is kept to.
 */
export class AuthFeed {
  private chosen: { log: AuthLogName; watch: AuthWatch } | undefined;
  private savedMs = 0;

  constructor(private readonly options: FeedOptions) {}

  /**
   * Reads what is new. Calls must not overlap.
   *
   * @returns undefined when the host has no log that may be read
   * @throws why the log that was read until now can't be any more
   */
  async poll(): Promise<Tally | undefined> {
    if (this.chosen) await this.chosen.watch.poll(this.options.now());
    else this.chosen = await this.choose();
    return this.chosen?.watch.tally;
  }

  /** @throws the system's error when the state can't be written */
  save(when: "if due" | "now"): void {
    const { stateFile, now } = this.options;
    if (when === "if due" && Math.abs(now() - this.savedMs) < SAVE_EVERY_MS) return;
    const watch = this.chosen?.watch.toJSON();
    if (!stateFile || !this.chosen || watch === undefined) return;
    // Also when it fails: a full disk is not to be tried at every scrape.
    this.savedMs = now();
    stateFile.save({ log: this.chosen.log, watch } satisfies SavedFeed);
  }

  /** Takes the first log that can be read to its end. */
  private async choose() {
    const nowMs = this.options.now();
    let failure: unknown;
    for (const log of AUTH_LOGS) {
      // Made anew for each try, since a try that fails may have counted something already.
      const resumption = this.resume(log, nowMs);
      const reader = await this.openLog(log, resumption);
      if (!reader) continue;
      const watch = new AuthWatch(reader, resumption.state, this.options.isRoot);
      try {
        await watch.poll(nowMs);
        return { log, watch };
      } catch (error) {
        watch.close();
        // A journal that can't be understood, of a later systemd say, leaves the auth log to try.
        if (error instanceof JournalFormatError) failure = error;
        else if (!isUnavailable(error)) throw error;
        if (error instanceof JournalFormatError || error instanceof LeftOverJournalError) {
          this.options.report(`${error.message}; the auth log is read instead, where there is one`);
        }
      }
    }
    if (failure !== undefined) throw failure;
    return undefined;
  }

  private async openLog(
    log: AuthLogName,
    { position, sinceMs }: Resumption,
  ): Promise<LogReader | undefined> {
    const { root, now, report } = this.options;
    if (log === "journal") {
      const machine = await readMachineStat(root).catch(() => undefined);
      const bootMs = (machine?.bootTimeSeconds ?? 0) * 1000;
      return new JournalReader(root, { position, sinceMs, bootMs, now, report });
    }
    const path = findAuthLog(root);
    return path === undefined ? undefined : new AuthLog({ root, path, position, sinceMs, now });
  }

  /** Where to go on. A place in one log means nothing in the other: there the time has to do. */
  private resume(log: AuthLogName, nowMs: number): Resumption {
    const { stateFile } = this.options;
    const saved = stateFile?.load();
    if (saved === undefined) return resumeWatch(undefined, nowMs, this.options.isRoot);
    try {
      const feed = savedRecord(saved, "the state");
      const resumption = resumeWatch(
        savedRecord(feed["watch"], "the watch"),
        nowMs,
        this.options.isRoot,
      );
      return feed["log"] === log ? resumption : { ...resumption, position: undefined };
    } catch (error) {
      stateFile?.setAside(error);
      return resumeWatch(undefined, nowMs, this.options.isRoot);
    }
  }
}

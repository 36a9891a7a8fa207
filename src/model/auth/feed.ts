import { AuthLog, findAuthLog } from "../../sources/auth_log.ts";
import { JournalReader } from "../../sources/journal/reader.ts";
import type { LogReader } from "../../sources/log_record.ts";
import type { Root } from "../../sources/root.ts";
import type { Tally } from "./tally.ts";
import { AuthWatch, type Resumption, resumeWatch } from "./watch.ts";

/** The logs that tell of logins, best first: in the journal nobody can write in sshd's name. */
const AUTH_LOGS = ["journal", "auth_log"] as const;
export type AuthLogName = (typeof AUTH_LOGS)[number];

export interface FeedOptions {
  root: Root;
  /** The time in milliseconds since the epoch. */
  now: () => number;
  /** Told once of each thing in a log that can't be read but does not stop the rest. */
  report: (message: string) => void;
}

/**
 * The counts of the one log that is read. A host can have both, with the same events in each, so the
 * first that can be read is kept to.
 */
export class AuthFeed {
  private chosen: { name: AuthLogName; watch: AuthWatch } | undefined;

  constructor(private readonly options: FeedOptions) {}

  /** The log that is read; undefined as long as none could be. */
  get source(): AuthLogName | undefined {
    return this.chosen?.name;
  }

  /**
   * Reads what is new.
   *
   * @returns undefined when the host has no log that may be read
   * @throws why the log that was read until now can't be any more, or no longer may be
   */
  async poll(): Promise<Tally | undefined> {
    this.chosen ??= await this.choose();
    if (!this.chosen) return undefined;
    const { watch } = this.chosen;
    await watch.poll(this.options.now());
    if (watch.fault) throw watch.fault;
    return watch.tally;
  }

  /** Takes the first log that can be read to its end. */
  private async choose() {
    for (const name of AUTH_LOGS) {
      const nowMs = this.options.now();
      const resumption = resumeWatch(undefined, nowMs);
      const reader = this.openLog(name, resumption);
      if (!reader) continue;
      const watch = new AuthWatch(reader, resumption.state);
      await watch.poll(nowMs);
      if (!watch.fault) return { name, watch };
      watch.close();
      if (!isUnavailable(watch.fault)) throw watch.fault;
    }
    return undefined;
  }

  private openLog(name: AuthLogName, resumption: Resumption): LogReader | undefined {
    const { root } = this.options;
    if (name === "journal") return new JournalReader(root, { ...this.options, ...resumption });
    const path = findAuthLog(root);
    return path === undefined
      ? undefined
      : new AuthLog({ path, ...resumption, now: this.options.now });
  }
}

function isUnavailable(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR" || code === "EACCES" || code === "EPERM";
}

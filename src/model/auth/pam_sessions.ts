import { MAX_OPEN } from "./open_sessions.ts";
import {
  savedCount,
  savedFlag,
  savedList,
  savedNumber,
  savedRecord,
} from "../../sources/saved_value.ts";

/** The sessions that PAM opened for sshd, by the pid that logged it, for hosts without logind or its entries. */
export class PamSessions {
  /** When each began, in milliseconds since the epoch; the oldest first. */
  private readonly startMs = new Map<number, number>();
  /** False until one was opened: sshd may do without PAM. */
  wereSeen = false;

  open(pid: number, timeMs: number): void {
    this.wereSeen = true;
    this.startMs.delete(pid);
    this.startMs.set(pid, timeMs);
    if (this.startMs.size > MAX_OPEN) this.startMs.delete(this.startMs.keys().next().value!);
  }

  /** @returns how long the session lasted, in seconds; undefined when its beginning was not seen */
  close(pid: number, timeMs: number): number | undefined {
    const startMs = this.startMs.get(pid);
    this.startMs.delete(pid);
    // The clock may have been set back since.
    return startMs === undefined ? undefined : Math.max(0, timeMs - startMs) / 1000;
  }

  toJSON(): unknown {
    return { wereSeen: this.wereSeen, open: [...this.startMs] };
  }

  /** @throws SavedStateError for a value that `toJSON` did not make */
  static from(value: unknown): PamSessions {
    const saved = savedRecord(value, "sessions of PAM");
    const sessions = new PamSessions();
    for (const item of savedList(saved["open"], "open sessions of PAM")) {
      const row = savedList(item, "open session of PAM");
      sessions.open(savedCount(row[0], "pid"), savedNumber(row[1], "session's start"));
    }
    sessions.wereSeen = savedFlag(saved["wereSeen"], "wereSeen");
    return sessions;
  }
}

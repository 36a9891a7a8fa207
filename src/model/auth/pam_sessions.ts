import { MAX_OPEN } from "./open_sessions.ts";
import {
  savedCount,
  savedFlag,
  savedList,
  savedNumber,
  savedRecord,
} from "../../sources/saved_value.ts";

/** The sessions that PAM opened for sshd, by the pid that logged them; for hosts without logind or its entries. */
export class PamSessions {
  /** The start of each session in milliseconds since the epoch, oldest first. */
  private readonly startMs = new Map<number, number>();
  /** False until PAM has opened one: sshd may run without PAM. */
  wereSeen = false;

  open(pid: number, timeMs: number): void {
    this.wereSeen = true;
    this.startMs.delete(pid);
    this.startMs.set(pid, timeMs);
    if (this.startMs.size > MAX_OPEN) this.startMs.delete(this.startMs.keys().next().value!);
  }

  /** @returns the session's duration in seconds; undefined when its start was not seen */
  close(pid: number, timeMs: number): number | undefined {
    const startMs = this.startMs.get(pid);
    this.startMs.delete(pid);
    // The clock may have been set back.
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

import { foregroundProcess } from "../model/sessions/foreground.ts";
import type { SessionType } from "../model/sessions/session.ts";
import type { Snapshot } from "./runtime/snapshot.ts";

/** A session as `sessions --json` and `/api/v1/sessions` show it; unknown values are null. */
export interface SessionEntry {
  username: string;
  session_type: SessionType;
  /** As in the label of that name; empty without a terminal. */
  tty: string;
  /** The remote address, or host name; empty for local or unknown. */
  from_ip: string;
  /** Seconds since the epoch. */
  start_timestamp_seconds: number | null;
  /** When the terminal was last typed on, in seconds since the epoch. */
  last_input_timestamp_seconds: number | null;
  /** The name (comm) of the process that the terminal's input goes to: `bash`, `vim`. */
  foreground_process: string | null;
}

/** One entry for each session of a user who is shown, ordered by user, type and terminal. */
export async function sessionsDocument(snapshot: Snapshot): Promise<SessionEntry[]> {
  const host = await snapshot.hostIndex();
  return (await snapshot.sessions()).map((session) => ({
    username: session.user,
    session_type: session.type,
    tty: session.tty,
    from_ip: session.fromIp,
    start_timestamp_seconds: session.startSeconds ?? null,
    last_input_timestamp_seconds: session.lastInputSeconds ?? null,
    foreground_process: foregroundProcess(host, session.tty) ?? null,
  }));
}

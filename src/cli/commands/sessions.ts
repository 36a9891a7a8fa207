import { Snapshot } from "../../collectors/runtime/snapshot.ts";
import type { Config } from "../../config.ts";
import { cleanLabel } from "../../metrics/labels.ts";
import { knowsSessions } from "../../model/sessions/processes.ts";
import type { Session } from "../../model/sessions/session.ts";
import { formatDuration, formatTime } from "../../format.ts";
import { setUp } from "../setup.ts";
import { table } from "../table.ts";

const HEADINGS = ["USER", "TYPE", "TTY", "FROM", "SINCE", "IDLE"];

/** Prints the sessions as a table, or as JSON with the names of the metrics' labels. */
export async function printSessions(config: Config, asJson: boolean): Promise<void> {
  const { host, log } = setUp(config);
  const snapshot = new Snapshot(host);
  const sessions = await snapshot.sessions();
  if (!knowsSessions(await snapshot.hostIndex())) {
    log.warn("Nothing here tells of sessions: the command doctor says why");
  }
  const text = asJson
    ? JSON.stringify(sessionsDocument(sessions), null, 2)
    : table(
        HEADINGS,
        sessions.map((session) => toRow(session, Date.now() / 1000)),
      );
  process.stdout.write(`${text}\n`);
}

/** The sessions as JSON shows them, with the names of the metrics' labels. */
export function sessionsDocument(sessions: readonly Session[]): unknown {
  return sessions.map(toJson);
}

function toJson(session: Session) {
  return {
    username: session.user,
    session_type: session.type,
    tty: session.tty,
    from_ip: session.fromIp,
    start_timestamp_seconds: session.startSeconds ?? null,
    last_input_timestamp_seconds: session.lastInputSeconds ?? null,
  };
}

export function toRow(session: Session, nowSeconds: number): string[] {
  const { startSeconds, lastInputSeconds } = session;
  return [
    cleanLabel(session.user),
    session.type,
    cleanLabel(session.tty) || "-",
    cleanLabel(session.fromIp) || "-",
    startSeconds === undefined ? "-" : formatTime(startSeconds),
    lastInputSeconds === undefined ? "-" : formatDuration(nowSeconds - lastInputSeconds),
  ];
}
